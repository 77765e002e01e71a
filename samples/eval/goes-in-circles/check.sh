[ "$(sh version.sh)" = 1.4.2 ] && printf '2.0\n' > VERSION && [ "$(sh version.sh)" = 2.0 ]
