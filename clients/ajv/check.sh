#!/usr/bin/env bash
# area: Webhook and event libraries
# tool: ajv (strict mode)
# document: -
# done: compiles every schema of `openapi/events/`, and validates deliveries of the hub
set -euo pipefail
source "$SHARED"

"$PYTHON" ../deliveries.py "$WORK/deliveries.json"
node_packages ajv@8.20.0 ajv-formats@3.0.1
echo "version: 8.20.0"
cp validate.cjs "$WORK"
node "$WORK/validate.cjs" "$(dirname "$HUB_DOCUMENT")/events" "$WORK/deliveries.json"
echo "result: every schema compiles, every delivery is valid"
