#!/usr/bin/env bash
# area: Linters
# tool: Redocly CLI
# document: whole
# done: lints with its recommended rules
set -euo pipefail
source "$SHARED"

node_packages @redocly/cli@2.77.0
echo "version: 2.77.0"
redocly lint "$HUB_DOCUMENT" --format=json > "$WORK/findings.json" || true
cat "$WORK/findings.json" && echo
"$PYTHON" - "$WORK/findings.json" <<'PYTHON'
import json, sys
totals = json.load(open(sys.argv[1]))["totals"]
print(f"result: {totals['errors']} errors, {totals['warnings']} warnings")
sys.exit(totals["errors"] > 0)
PYTHON
