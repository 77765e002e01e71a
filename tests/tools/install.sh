#!/usr/bin/env bash
# Installs what the integration tests need, as root on Debian or Ubuntu. Elsewhere it says what is missing.
set -uo pipefail
packages=(git bubblewrap iproute2 docker.io iptables ripgrep busybox-static postgresql pgbouncer redis-server gcc libc6-dev libssl-dev zlib1g-dev curl maven python3-pip ca-certificates procps bsdutils systemd prometheus docker-compose python3-jsonschema)

# The stand-in for model providers comes by npm.
command -v npm >/dev/null || packages+=(nodejs npm)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "install.sh: missing and not installed (needs root and apt-get): ${missing[*]}" >&2
  exit 1
fi
echo "== installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# The tests start servers of their own; the package need not make one.
[ -e /etc/postgresql-common/createcluster.conf ] || { mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf; }
apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
