#!/bin/sh
# Takes its time, as builds do.
sleep 2
LC_ALL=C sort words.txt > sorted.txt
