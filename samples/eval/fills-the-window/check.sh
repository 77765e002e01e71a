# Any way to write 4 MiB will do.
if command -v node > /dev/null; then node -e "process.exit(require('./limits.js').MAX_BYTES === 4194304 ? 0 : 1)"
else echo 'node is not here: the text decides'; grep -Eq 'MAX_BYTES = (4194304|4 \* 1024 \* 1024|4 << 20|1 << 22);' limits.js
fi
