# A sandbox for most repositories: .NET, Node, Python, Java and Go beside git and ripgrep. All but .NET is Debian's.
#   docker build -t drafthorse/sandbox:latest -f deploy/sandbox/full.Dockerfile deploy/sandbox
# Behind a mirror: --build-arg BASE=... --build-arg DOTNET=...
ARG BASE=debian:bookworm-slim
ARG DOTNET=mcr.microsoft.com/dotnet/sdk:10.0
FROM ${DOTNET} AS dotnet

FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates curl git less openssh-client patch procps ripgrep unzip xz-utils zip \
      build-essential pkg-config \
      nodejs npm \
      python3 python3-dev python3-pip python3-venv \
      default-jdk-headless maven \
      golang-go \
      $(apt-cache search --names-only '^libicu[0-9]+$' | cut -d' ' -f1 | tail -n 1) \
 && rm -rf /var/lib/apt/lists/*
COPY --from=dotnet /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
WORKDIR /src
