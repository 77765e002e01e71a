#!/bin/sh
. ./config/service.env
echo "$NAME on $PORT"
