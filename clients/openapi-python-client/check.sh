#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-python-client
# document: whole
# done: generates a client, checks its types and those of a program that calls the hub (mypy, strict), runs it
set -euo pipefail
source "$SHARED"

python_packages openapi-python-client==0.29.1 ruff==0.17.6 mypy==2.4.1
echo "version: 0.29.1"
openapi-python-client generate --path "$HUB_DOCUMENT" --output-path "$WORK/client" --fail-on-warning

export PYTHONPATH=$WORK/client
cp refer.py "$WORK"
mypy --config-file /dev/null --cache-dir "$WORK/mypy" --strict "$WORK/client/trajecthub_api_client" "$WORK/refer.py"
python "$WORK/refer.py"
echo "result: no warnings, types are right; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
