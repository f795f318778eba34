#!/usr/bin/env bash
# area: Collections
# tool: Newman (Postman)
# document: whole
# done: converts the document into a collection (openapi-to-postmanv2) and sends every request of it, without query parameters; each answer must be one that the document has, and the first steps of a referrer must succeed
set -euo pipefail
source "$SHARED"

node_packages newman@6.2.2 openapi-to-postmanv2@6.3.3
echo "version: 6.2.2, 6.3.3"
cp collection.cjs "$WORK"
node "$WORK/collection.cjs" "$HUB_DOCUMENT" "$WORK/collection.json"
newman run "$WORK/collection.json" --env-var "baseUrl=$HUB_URL/v1" --env-var "bearerToken=$(access_token)" \
  --timeout-request 40000 --reporters cli --reporter-cli-no-banner --color off
echo "result: every answer is in the document; refers, lists, subscribes, reads events"
