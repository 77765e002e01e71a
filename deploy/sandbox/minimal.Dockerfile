# The smallest useful sandbox: a shell, git and ripgrep. sandboxd is delivered when a container is made.
#   docker build -t drafthorse/sandbox:latest -f deploy/sandbox/minimal.Dockerfile deploy/sandbox
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl git less ripgrep \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
