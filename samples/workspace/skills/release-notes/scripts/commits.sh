#!/bin/sh
# The commits since the last tag, one a line.
last=$(git describe --tags --abbrev=0 2>/dev/null) && git log --no-merges --format='%h %s' "$last..HEAD" || git log --no-merges --format='%h %s'
