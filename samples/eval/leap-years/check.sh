if command -v node > /dev/null; then node leap.check.js
else echo 'node is not here: the text decides'; grep -q '400' leap.js && grep -q '100' leap.js
fi
