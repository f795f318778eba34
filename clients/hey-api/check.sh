#!/usr/bin/env bash
# area: Generated clients
# tool: Hey API openapi-ts
# document: whole
# done: generates a client, compiles it with a program that calls the hub (`tsc --strict`), runs it
set -euo pipefail
source "$SHARED"

node_packages typescript@5.9.3 @types/node@20.19.0 @hey-api/openapi-ts@0.99.0
echo "version: 0.99.0"
openapi-ts --input "$HUB_DOCUMENT" --output "$WORK/client" --no-log-file
cp ../tsconfig.json refer.ts "$WORK"
cd "$WORK"
tsc --project .
node compiled/refer.js
echo "result: compiles; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
