#!/usr/bin/env bash
# area: Pages
# tool: axe-core
# document: -
# done: reads the guide on a desktop and on a phone, and searches it
# seconds: 300
set -euo pipefail
source "$SHARED"

node_packages axe-core@4.11.0 puppeteer-core@24.31.0
debian chromium
echo "version: 4.11.0"
cp pages.mjs "$WORK"
node "$WORK/pages.mjs"
