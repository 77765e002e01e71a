[ "$(sh greet.sh Ada)" = 'Hello, Ada!' ] && [ "$(sh greet.sh 'Grace Hopper')" = 'Hello, Grace Hopper!' ]
