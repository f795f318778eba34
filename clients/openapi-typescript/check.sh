#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-typescript and openapi-fetch
# document: whole
# done: generates types (`--default-non-nullable=false`), compiles them with a program that calls the hub through openapi-fetch (`tsc --strict`), runs it
set -euo pipefail
source "$SHARED"

node_packages typescript@5.9.3 @types/node@20.19.0 openapi-typescript@7.13.0 openapi-fetch@0.17.0
echo "version: 7.13.0, 0.17.0"
openapi-typescript "$HUB_DOCUMENT" --default-non-nullable=false --output "$WORK/hub.ts"
cp ../tsconfig.json refer.ts "$WORK"
cd "$WORK"
tsc --project .
node compiled/refer.js
echo "result: compiles; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
