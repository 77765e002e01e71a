#!/bin/sh
# Prints the version.
cat version 2>/dev/null
