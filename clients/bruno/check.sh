#!/usr/bin/env bash
# area: API clients for people
# tool: Bruno
# document: -
# done: runs the collection of `clients/bruno/collection`, from a token to errors, and its own checks
set -euo pipefail
source "$SHARED"

node_packages @usebruno/cli@4.1.0
echo "version: 4.1.0"
cp -r collection "$WORK"
cd "$WORK/collection"
bru run . -r --env demo --env-var "hub=$HUB_URL" --env-var "clientId=$CLIENT_ID" --env-var "clientSecret=$CLIENT_SECRET" \
  --env-var "financeClientId=$FINANCE_CLIENT_ID" --env-var "financeClientSecret=$FINANCE_CLIENT_SECRET" \
  --reporter-json "$WORK/report.json" --bail
"$PYTHON" - "$WORK/report.json" <<'PYTHON'
import json, sys
runs = json.load(open(sys.argv[1]))
totals = (runs[0] if isinstance(runs, list) else runs)["summary"]
assert totals["failedRequests"] == totals["failedTests"] == 0, totals
print(f"result: {totals['passedRequests']} requests, {totals['passedTests']} checks pass")
PYTHON
