#!/bin/sh
# The `fieldgate` command with the Node that came with it, wherever the package was unpacked.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$home/bin/node" "$home/out/main/cli.js" "$@"
