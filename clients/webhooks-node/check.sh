#!/usr/bin/env bash
# area: Webhook and event libraries
# tool: standardwebhooks and svix (Node)
# document: -
# done: verify deliveries of the hub, also during a rotation, and refuse changed ones
set -euo pipefail
source "$SHARED"

"$PYTHON" ../deliveries.py "$WORK/deliveries.json"
node_packages standardwebhooks@1.0.0 svix@2.5.0
echo "version: standardwebhooks 1.0.0, svix 2.5.0"
cp verify.cjs "$WORK"
node "$WORK/verify.cjs" "$WORK/deliveries.json"
echo "result: both verify, with either secret of a rotation"
