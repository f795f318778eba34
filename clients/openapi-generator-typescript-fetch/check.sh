#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-generator, `typescript-fetch`
# document: without webhooks
# done: generates a client, compiles it with a program that calls the hub (`tsc --strict`), runs it
set -euo pipefail
source "$SHARED"

generate_client typescript-fetch
node_packages typescript@5.9.3 @types/node@20.19.0
cp ../tsconfig.json refer.ts "$WORK"
cd "$WORK"
tsc --project .
node compiled/refer.js
echo "result: compiles; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
