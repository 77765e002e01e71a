#!/bin/sh
# A private Docker engine for tests: its own socket, data and processes, no bridge, no firewall rule.
#
#   docker-engine.sh start   starts it when it does not run; prints its DOCKER_HOST
#   docker-engine.sh image   makes drafthorse/sandbox:test (this machine's own Debian, git, ripgrep) and drafthorse/sandbox:busybox when they are missing
#   docker-engine.sh tools   makes drafthorse/sandbox:tools when it is missing: the same with curl, npm, pip, .NET SDK, Java and Maven
#   docker-engine.sh stop    stops it and removes its containers
#
# Directory: $DRAFTHORSE_TEST_ENGINE, default artifacts/engine of this checkout. An engine that DOCKER_HOST names is used
# as it is by `image`, and never started or stopped. Nothing is downloaded. Needs root, docker.io and busybox-static.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
directory=${DRAFTHORSE_TEST_ENGINE:-$root/artifacts/engine}
basic="bash git ripgrep ca-certificates"
host=${DOCKER_HOST:-unix://$directory/docker.sock}

answers() { docker --host "$host" version >/dev/null 2>&1; }

fail() {
  echo "docker-engine: $*" >&2
  exit 1
}

start() {
  if [ -n "${DOCKER_HOST:-}" ]; then
    answers || fail "the engine of DOCKER_HOST=$DOCKER_HOST does not answer"
  else
    [ ${#directory} -le 90 ] || fail "$directory is too long for a socket; set DRAFTHORSE_TEST_ENGINE to a shorter one"
    command -v dockerd >/dev/null || fail "no dockerd; apt-get install docker.io"
    mkdir -p "$directory"
    exec 9>"$directory/lock"
    flock 9
    if ! answers; then
      rm -f "$directory/pid"
      options=
      # On the older cgroup layout the systemd driver is not to be had.
      [ -f /sys/fs/cgroup/cgroup.controllers ] || options="--exec-opt native.cgroupdriver=cgroupfs"
      setsid dockerd --host "$host" --data-root "$directory/data" --exec-root "$directory/exec" --pidfile "$directory/pid" \
        --bridge none --iptables=false --ip6tables=false --ip-masq=false $options >"$directory/log" 2>&1 </dev/null 9>&- &
      tries=0
      until answers; do
        tries=$((tries + 1))
        [ $tries -le 150 ] || fail "dockerd did not come up: $(tail -n 3 "$directory/log")"
        sleep 0.2
      done
    fi
  fi
  echo "$host"
}

stop() {
  [ -z "${DOCKER_HOST:-}" ] || return 0
  [ -f "$directory/pid" ] || return 0
  if answers; then
    docker --host "$host" ps --quiet --all | xargs -r docker --host "$host" rm --force >/dev/null 2>&1 || true
  fi
  pid=$(cat "$directory/pid")
  kill "$pid" 2>/dev/null || true
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
}

has() { docker --host "$host" image inspect "$1" >/dev/null 2>&1; }

image() {
  answers || fail "no engine answers at $host; run: $0 start"
  if ! has drafthorse/sandbox:busybox; then
    command -v busybox >/dev/null || fail "no busybox; apt-get install busybox-static"
    tree=$(mktemp -d)
    mkdir -p "$tree/bin" "$tree/etc" "$tree/tmp" "$tree/root" "$tree/usr/bin"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    for applet in $("$tree/bin/busybox" --list); do
      [ "$applet" = busybox ] || ln -s busybox "$tree/bin/$applet"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
    echo 'root:x:0:' >"$tree/etc/group"
    tar -C "$tree" -c . | docker --host "$host" import - drafthorse/sandbox:busybox >/dev/null
    rm -rf "$tree"
  fi
  if ! has drafthorse/sandbox:test; then
    tree=$(root_tree)
    files_of $basic >"$tree.files"
    sort -u -o "$tree.files" "$tree.files"
    tar --create --hard-dereference --directory "$tree" . --directory / --no-recursion --files-from "$tree.files" \
      | docker --host "$host" import - drafthorse/sandbox:test >/dev/null
    rm -rf "$tree" "$tree.files"
  fi
  echo "drafthorse/sandbox:test"
}

# The files of some installed packages and of all that they need, each once, by their places on a system with merged /usr; and what no
# package lists: links to the chosen alternatives, certificates, the loader's cache.
files_of() {
  for package in "$@"; do
    dpkg-query --status "$package" >/dev/null 2>&1 || fail "the package $package is not installed; tests/tools/install.sh does it"
  done
  options="--recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances"
  essential=$(dpkg-query --show --showformat '${Essential} ${Package}\n' | sed -n 's/^yes //p')
  apt-cache depends $options $essential "$@" | grep -oE '^[a-z0-9][a-z0-9.+-]*' | sort -u | xargs dpkg-query --listfiles 2>/dev/null \
    | sed -nE -e '\#^/(etc/maven/settings.xml|etc/apt/|usr/share/(doc|man|locale)/)#d' -e '\#^/(bin|sbin|lib|lib32|lib64|libx32)$#d' -e 's#^/(bin|sbin|lib|lib32|lib64|libx32)/#/usr/\1/#' -e '\#^/.#p' \
    | sort -u | while read -r file; do
      if [ -L "$file" ] || [ -f "$file" ]; then echo "${file#/}"; fi
    done
  cd / && find etc/alternatives etc/ssl/certs etc/ld.so.cache etc/ld.so.conf etc/ld.so.conf.d ! -type d
  find usr/bin -type l -lname '/etc/alternatives/*'
}

# A directory with what is in every image and in no package. Prints its name.
root_tree() {
  tree=$(mktemp -d)
  mkdir -p "$tree/tmp" "$tree/root" "$tree/etc" "$tree/var/lib" "$tree/usr/local/bin"
  for name in bin sbin lib lib64; do
    mkdir -p "$tree/usr/$name"
    ln -s "usr/$name" "$tree/$name"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
  echo 'root:x:0:' >"$tree/etc/group"
  chmod 755 "$tree"
  chmod 1777 "$tree/tmp"
  echo "$tree"
}

# The tools of this machine as an image: nothing is downloaded, and they are those that bubblewrap shows.
tools() {
  answers || fail "no engine answers at $host; run: $0 start"
  if ! has drafthorse/sandbox:tools; then
    java=$(dpkg-query --search "$(readlink -f "$(command -v java)")" | cut -d: -f1) || fail "java is of no package"
    packages="$basic curl maven python3-pip nodejs $java"
    if dpkg-query --status npm >/dev/null 2>&1; then packages="$packages npm"; fi
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")

    tree=$(root_tree)
    ln -s /usr/share/dotnet/dotnet "$tree/usr/local/bin/dotnet"
    files_of $packages >"$tree.files"
    # npm where it has renewed itself.
    npm=$(readlink -f "$(command -v npm)")
    find etc/java* ".$(command -v npm)" ".${npm%/bin/*}" ! -type d | sed 's#^\./##' >>"$tree.files"
    sort -u -o "$tree.files" "$tree.files"
    tar --create --hard-dereference --transform "s#^\\.${dotnet}#./usr/share/dotnet#" \
      --directory "$tree" . \
      --directory / --exclude='*/sdk/*/FSharp' --exclude='*/templates' ".$dotnet" \
      --no-recursion --files-from "$tree.files" \
      | docker --host "$host" import - drafthorse/sandbox:tools >/dev/null
    rm -rf "$tree" "$tree.files"
  fi
  echo "drafthorse/sandbox:tools"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  image) image ;;
  tools) tools ;;
  *) fail "start, image, tools or stop" ;;
esac
