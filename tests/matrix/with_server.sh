#!/bin/sh
# Runs a command that finds this server where it looks for redis-server: `with_server.sh valkey-server
# COMMAND...`.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
server=$(command -v "$1")
cli=$(command -v "${1%-server}-cli")
shift
ln -s "$server" "$folder/redis-server"
ln -s "$cli" "$folder/redis-cli"
PATH=$folder:$PATH "$@"
