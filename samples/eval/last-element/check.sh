if command -v cc > /dev/null; then cc -o /tmp/maximum_check maximum.c maximum_check.c && /tmp/maximum_check
else echo 'cc is not here: the text decides'; ! grep -q 'count - 1' maximum.c
fi
