# Needs no Python: the text tells.
for file in app.py worker.py; do
  if grep -n 'print(' "$file"; then echo "$file still prints"; exit 1; fi
  grep -q 'import logging' "$file" && grep -q 'logging\.info(' "$file" || { echo "$file does not log"; exit 1; }
done
grep -qi logging CHANGELOG.md
