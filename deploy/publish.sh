#!/bin/sh
# Publishes drafthorse as one native executable with what it loads, and sandboxd beside it: artifacts/publish/RID/drafthorse.
# usage: publish.sh [RID]   (linux-x64, linux-arm64; needs gcc or clang, and libc6-dev)
set -eu
cd "$(dirname "$0")/.."

case "$(uname -m)" in
  aarch64|arm64) machine=linux-arm64 ;;
  *) machine=linux-x64 ;;
esac
rid=${1:-$machine}

linker=clang
command -v clang >/dev/null 2>&1 || linker=gcc

deploy/sandbox/build-sandboxd.sh "$rid"

# Intermediate files of its own, so that other builds go on undisturbed; moved into place, so that nobody runs half a file.
target=artifacts/publish/$rid
rm -rf "$target.new"
dotnet publish src/Drafthorse -c Release -r "$rid" -p:NativeDrafthorse=true -p:CppCompilerAndLinker="$linker" \
  -p:ArtifactsPath="$PWD/artifacts/native" -p:PublishDir="$PWD/$target.new/" -v quiet -nologo
[ -x "$target.new/drafthorse" ] || { echo "publish: the native compiler left no executable" >&2; exit 1; }
rm -f "$target.new"/*.dbg "$target.new"/*.pdb
install -D "artifacts/sandboxd/$rid/sandboxd" "$target.new/runtimes/$rid/native/sandboxd"
rm -rf "$target"
mv "$target.new" "$target"
echo "$target/drafthorse  $(stat -c %s "$target/drafthorse") bytes"
