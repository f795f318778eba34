#!/usr/bin/env bash
# area: OAuth libraries
# tool: openid-client (Node)
# document: -
# done: discovers, gets tokens with each method, uses and revokes them
set -euo pipefail
source "$SHARED"

node_packages openid-client@6.9.0
echo "version: 6.9.0"
cp "$(dirname "$0")/check.mjs" "$WORK/"
REGISTER="$(dirname "$0")/../register_keys.py" node "$WORK/check.mjs"
