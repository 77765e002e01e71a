#!/usr/bin/env bash
# All tests. As root on Debian or Ubuntu it installs what they need. --unit runs only what needs no server.
# The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"

unit_only=false
for argument in "$@"; do
  case "$argument" in
    --unit) unit_only=true ;;
    *) echo "usage: ./test.sh [--unit]" >&2; exit 2 ;;
  esac
done

configuration=Release
results=$(mktemp -d)
native_made=

# One compiler for all projects and both builds, warm after the first, and nobody else's.
export UseSharedCompilation=true SharedCompilationId="drafthorse-tests-$$"

# What runs beside the tests ends with them, also when the build fails.
finish() {
  [ -z "$native_made" ] || kill -- "-$native_made" 2>/dev/null
  pkill -f -- "-pipename:$SharedCompilationId" 2>/dev/null
  env -u DOCKER_HOST tests/tools/docker-engine.sh stop >/dev/null 2>&1
  rm -rf "$results"
}
trap finish EXIT

# busy: CPU seconds that this machine has spent so far.
busy() { awk '$1 == "cpu" { printf "%d", ($2 + $3 + $4 + $7 + $8) / '"$(getconf CLK_TCK)"' }' /proc/stat 2>/dev/null || echo 0; }

# phase NAME: begins a part of the whole. What goes on beside it counts in.
phase() {
  local now=$SECONDS cpu
  cpu=$(busy)
  [ -z "${phase_name:-}" ] || printf '%5d s %6d CPU s  %s\n' $((now - phase_began)) $((cpu - phase_cpu)) "$phase_name" >>"$results/phases"
  phase_name=$1 phase_began=$now phase_cpu=$cpu
  [ -z "$1" ] || echo "== $1"
}

# beside NAME COMMAND...: what it took by itself, where it runs beside a phase.
beside() {
  local name=$1 began=$SECONDS code
  shift
  "$@"
  code=$?
  times >"$results/times.$BASHPID"
  awk -v wall=$((SECONDS - began)) -v name="$name" \
    'NR == 2 { gsub(/[ms]/, " "); printf "%5d s %6d CPU s  of these: %s\n", wall, $1 * 60 + $2 + $3 * 60 + $4, name }' "$results/times.$BASHPID" >>"$results/beside"
  return $code
}

# The native compiler checks the whole program for what it cannot do; beside it the analyzers that look for the same are a quarter of a build.
native_checks=()
$unit_only || native_checks=(-p:EnableTrimAnalyzer=false -p:EnableAotAnalyzer=false -p:EnableSingleFileAnalyzer=false)

phase "build"
dotnet build Drafthorse.slnx -c "$configuration" -v q "${native_checks[@]}" &
built=$!

if ! $unit_only; then
  # The build needs none of the packages.
  tests/tools/install.sh || echo "test.sh: some packages could not be installed; the areas that need them are skipped" >&2

  # Neither waits for the build: the engine's images are made of this machine's own files, and the native compiler has its own intermediate files.
  engine() { tests/tools/docker-engine.sh start && tests/tools/docker-engine.sh image >&2 && { tests/tools/docker-engine.sh tools >&2 || true; }; }
  beside "docker engine and its images" engine >"$results/engine" 2>"$results/engine.log" &
  engine_made=$!
  export -f beside
  export results
  setsid bash -c 'beside "native: drafthorse and sandboxd" deploy/publish.sh' >"$results/native" 2>"$results/native.log" &
  native_made=$!
fi

wait "$built" || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
# run PROJECT: runs a test project and adds its counts. One that ends without a summary counts as a failure.
run() {
  phase "$1"
  timeout 2400 "artifacts/bin/$1/${configuration,,}/$1" -noColor -longRunning 60 -result-xml "$results/$1.xml" 2>&1 | tee "$results/$1.log"
  local summary
  summary=$(grep -o 'Total: [0-9]*, Errors: [0-9]*, Failed: [0-9]*, Skipped: [0-9]*' "$results/$1.log" | tail -n 1)
  if [ -z "$summary" ]; then echo "$1 ended without a summary" >&2; failed=$((failed + 1)); return; fi
  local total errors bad left_out
  read -r total errors bad left_out < <(sed 's/[^0-9]\+/ /g' <<<"$summary")
  failed=$((failed + errors + bad))
  skipped=$((skipped + left_out))
  passed=$((passed + total - bad - left_out))
}

# The demo with the published executable counts as one test.
demo() {
  phase "demo, native"
  if [ -z "$native" ]; then skipped=$((skipped + 1)); return; fi
  if "$native" demo; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# minutes: what each test class took, the longest first, those under three seconds together.
minutes() {
  echo "== minutes a test class"
  cat "$results"/*.xml 2>/dev/null | grep -o '<collection [^>]*>' \
    | sed -E 's/.*name="Test collection for ([A-Za-z0-9_.]+).* time="([0-9.]+)".*/\2 \1/; s/.*name="([^"]*)".* time="([0-9.]+)".*/\2 \1/' \
    | sort -rn | awk '$1 >= 3 { printf "%6.2f  %s\n", $1 / 60, $2; next } { rest += $1; count++ } END { printf "%6.2f  %d others\n", rest / 60, count }'
}

# The native build goes on beside the tests that need none of it.
run Drafthorse.Tests

native=
if ! $unit_only; then
  phase "the rest of the native build"
  if wait "$native_made"; then
    cat "$results/native"
    native=$(tail -n 1 "$results/native" | cut -d' ' -f1)
  else
    cat "$results/native.log" "$results/native" >&2
    echo "test.sh: no native build; what needs it is skipped" >&2
  fi
  native_made=
  if wait "$engine_made"; then
    DOCKER_HOST=$(head -n 1 "$results/engine")
    export DOCKER_HOST
  else
    cat "$results/engine.log" >&2
    echo "test.sh: no Docker engine; its tests are skipped" >&2
  fi

  demo
  run Drafthorse.IntegrationTests
fi

phase ""
minutes
echo "== time by phase"
cat "$results/phases" "$results/beside" 2>/dev/null

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
