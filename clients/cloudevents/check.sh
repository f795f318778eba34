#!/usr/bin/env bash
# area: Webhook and event libraries
# tool: CloudEvents SDK (Python, Node)
# document: -
# done: parse deliveries of the hub
set -euo pipefail
source "$SHARED"

"$PYTHON" ../deliveries.py "$WORK/deliveries.json"
python_packages cloudevents==2.2.0
node_packages cloudevents@10.0.0
echo "version: 2.2.0 (Python), 10.0.0 (Node)"
python parse.py "$WORK/deliveries.json"
cp parse.cjs "$WORK"
node "$WORK/parse.cjs" "$WORK/deliveries.json"
echo "result: both parse every attribute"
