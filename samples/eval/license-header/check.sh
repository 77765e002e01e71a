# Needs no compiler: each file begins with the line, and has it once.
for file in $(git ls-files '*.java'); do
  [ "$(head -n 1 "$file")" = '// SPDX-License-Identifier: Apache-2.0' ] && [ "$(grep -c SPDX "$file")" -eq 1 ] || { echo "$file"; exit 1; }
done
[ "$(git diff --numstat "$BASE" "$WORK" | tr '\t' ' ' | sort)" = "$(printf '1 0 src/Cart.java\n1 0 src/pay/Payment.java')" ]
