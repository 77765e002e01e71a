#!/bin/sh
# Greets whoever is named.
name=$2
echo "Hello, $name!"
