#!/bin/sh
fail=0
expect() {
  actual=$(sh slug.sh "$1")
  [ "$actual" = "$2" ] || { echo "FAIL: '$1' became '$actual' and not '$2'"; fail=1; }
}
expect News news
expect C++ c++
expect 'état' 'état'
exit $fail
