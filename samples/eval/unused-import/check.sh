# Needs no compiler: one line went away, and it is that import.
[ "$(git diff --numstat "$BASE" "$WORK" | tr '\t' ' ')" = '0 1 main.go' ] && ! grep -q '"os"' main.go && grep -q '"fmt"' main.go && grep -q '"strings"' main.go
