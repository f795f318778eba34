#!/usr/bin/env bash
# area: Webhook and event libraries
# tool: standardwebhooks and svix (Python)
# document: -
# done: verify deliveries of the hub, also during a rotation, and refuse changed ones
set -euo pipefail
source "$SHARED"

"$PYTHON" ../deliveries.py "$WORK/deliveries.json"
python_packages standardwebhooks==1.1.0 svix==2.9.1
echo "version: standardwebhooks 1.1.0, svix 2.9.1"
python verify.py "$WORK/deliveries.json"
echo "result: both verify, with either secret of a rotation"
