#!/bin/sh
# Builds sandboxd as one static native binary: artifacts/sandboxd/RID/sandboxd.
# usage: build-sandboxd.sh [RID]   (linux-x64, linux-arm64; needs gcc or clang, and libc6-dev)
set -eu
cd "$(dirname "$0")/../.."

case "$(uname -m)" in
  aarch64|arm64) machine=linux-arm64 ;;
  *) machine=linux-x64 ;;
esac
rid=${1:-$machine}

linker=clang
command -v clang >/dev/null 2>&1 || linker=gcc
command -v "$linker" >/dev/null 2>&1 || { echo "build-sandboxd: needs gcc or clang (Debian, Ubuntu: apt-get install gcc libc6-dev)" >&2; exit 1; }

# Intermediate files of its own, so that other builds go on undisturbed; moved into place, so that nobody runs half a file.
target=artifacts/sandboxd/$rid
dotnet publish src/Drafthorse.Sandboxd -c Release -r "$rid" -p:NativeSandboxd=true -p:CppCompilerAndLinker="$linker" \
  -p:ArtifactsPath="$PWD/artifacts/native" -p:PublishDir="$PWD/$target/new/" -v quiet -nologo
mv -f "$target/new/sandboxd" "$target/sandboxd"
rm -rf "$target/new"
echo "$target/sandboxd  $(stat -c %s "$target/sandboxd") bytes"
