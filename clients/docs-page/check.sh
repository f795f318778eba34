#!/usr/bin/env bash
# area: Pages
# tool: axe-core, on `/docs`
# document: -
# done: logs in, executes what the page fills in for every operation of a referrer that needs nobody else, and reads it in light and dark, on a desktop and on a phone
# seconds: 300
set -euo pipefail
source "$SHARED"

node_packages puppeteer-core@25.16.0 axe-core@4.14.1
debian chromium
echo "version: 4.14.1"
cp check.mjs "$WORK"
node "$WORK/check.mjs"
