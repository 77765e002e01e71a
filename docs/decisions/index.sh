#!/bin/sh
# Writes README.md beside it: the decisions in order, by their first lines. Run it when one is added.
set -eu
cd "$(dirname "$0")"
{
  echo "# Decisions"
  echo
  echo "Why things are as they are, one short file each: what was decided, and why not otherwise. A change that a newcomer would question adds one with the next free"
  echo "number, titled \`# NNNN: what was decided\`, and runs \`docs/decisions/index.sh\`."
  echo
  for file in [0-9]*.md; do
    title=$(sed -n '1s/^# *[0-9]*[.:] *//p' "$file")
    echo "* [${file%%-*}]($file) $title"
  done
} > README.md
