#!/usr/bin/env bash
# area: Linters
# tool: Spectral, `spectral:oas`
# document: whole
# done: lints with Spectral's own rules, all severities
set -euo pipefail
source "$SHARED"

node_packages @stoplight/spectral-cli@6.16.3
echo "version: 6.16.3"
spectral lint --ruleset ruleset.yaml --fail-severity=hint "$HUB_DOCUMENT"
echo "result: 0 findings"
