#!/usr/bin/env bash
# area: OAuth libraries
# tool: oauth4webapi (Node)
# document: -
# done: discovers, gets tokens with each method, uses and revokes them
set -euo pipefail
source "$SHARED"

node_packages oauth4webapi@3.8.8
echo "version: 3.8.8"
cp "$(dirname "$0")/check.mjs" "$WORK/"
REGISTER="$(dirname "$0")/../register_keys.py" node "$WORK/check.mjs"
