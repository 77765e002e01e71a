#!/bin/sh
# Makes a title fit for an address.
printf '%s\n' "$1" | tr '[:upper:]' '[:lower:]'
