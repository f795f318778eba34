#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-generator, `php`
# document: without webhooks
# done: generates a client, checks the syntax of every file, loads every class, runs a program that calls the hub (PHP with Guzzle of Debian)
set -euo pipefail
source "$SHARED"

debian php-cli php-curl php-mbstring php-guzzlehttp-guzzle
generate_client php
find "$WORK/client/lib" -name '*.php' -print0 | xargs -0 -n 50 -P 2 php check_syntax.php
php refer.php
echo "result: every class loads; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
