#!/usr/bin/env bash
# area: Linters
# tool: Spectral, NL API Design Rules 2.2.0
# document: whole
# done: lints with the ruleset of Logius, all severities
set -euo pipefail
source "$SHARED"

rules=../../../shared/adr/linter-2.2.0.yaml
[[ -f $rules ]] || unavailable "the ruleset is not next to this repository (\`../shared/adr\`)"
node_packages @stoplight/spectral-cli@6.16.3
echo "version: 6.16.3"
spectral lint --ruleset "$rules" --fail-severity=hint "$HUB_DOCUMENT"
echo "result: 0 findings"
