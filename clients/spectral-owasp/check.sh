#!/usr/bin/env bash
# area: Linters
# tool: Spectral, OWASP API Security Top 10 2023
# document: whole
# done: lints with OWASP's rules, all severities; limits of values are asked of what callers send, and four rules are off, with the reason of each in the [ruleset](../../clients/spectral-owasp/ruleset.yaml)
set -euo pipefail
source "$SHARED"

node_packages @stoplight/spectral-cli@6.16.3 @stoplight/spectral-owasp-ruleset@2.0.1
echo "version: 2.0.1"
cp ruleset.yaml "$WORK"
spectral lint --ruleset "$WORK/ruleset.yaml" --fail-severity=hint "$HUB_DOCUMENT"
echo "result: 0 findings"
