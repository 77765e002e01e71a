# The agent's own test must mention the empty list; what the function does is told by the check's.
grep -q 'average(\[\])' test_stats.py || { echo 'there is no test for an empty list'; exit 1; }
if command -v python3 > /dev/null; then python3 test_hidden.py && python3 test_stats.py
else echo 'python3 is not here: the text decides'; ! git diff --quiet "$BASE" "$WORK" -- stats.py && grep -Eq '0\.0|len\(values\)' stats.py
fi
