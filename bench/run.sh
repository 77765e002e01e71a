#!/usr/bin/env bash
# Publishes what is measured, and measures it. See README.md.
# usage: bench/run.sh [--peers]
set -euo pipefail
cd "$(dirname "$0")/.."

case "$(uname -m)" in
  aarch64|arm64) rid=linux-arm64 ;;
  *) rid=linux-x64 ;;
esac
deploy/publish.sh "$rid"
dotnet build bench/Drafthorse.Benchmarks -c Release -v q -nologo
bench=artifacts/bin/Drafthorse.Benchmarks/release/Drafthorse.Benchmarks
drafthorse=artifacts/publish/$rid/drafthorse
[ "${1:-}" != --peers ] || "$bench" peers

if [ -z "${DOCKER_HOST:-}" ] && DOCKER_HOST=$(tests/tools/docker-engine.sh start); then
  export DOCKER_HOST
  trap 'env -u DOCKER_HOST tests/tools/docker-engine.sh stop' EXIT
  tests/tools/docker-engine.sh image >&2
fi

# Nothing that is measured may reach anything but loopback.
alone=()
if [ "$(id -u)" = 0 ] && command -v ip >/dev/null && unshare --net true 2>/dev/null; then
  alone=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh)
else
  echo "bench: not root, or no ip and unshare: the network is not taken away" >&2
fi

"${alone[@]}" "$bench" processes "$drafthorse" "$@"
"${alone[@]}" "$bench" thread "$drafthorse"
"$bench" sandboxes
