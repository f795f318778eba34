#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-generator, `python`
# document: without webhooks
# done: generates a client, checks its types and those of a program that calls the hub (mypy), runs it
set -euo pipefail
source "$SHARED"

generate_client python
python_packages mypy==2.4.1 pydantic==2.14.4 urllib3==2.8.0 python-dateutil==4.0.0 types-python-dateutil==2.9.0.20261116

export PYTHONPATH=$WORK/client
cp refer.py "$WORK"
mypy --config-file /dev/null --cache-dir "$WORK/mypy" "$WORK/client/openapi_client" "$WORK/refer.py"
python "$WORK/refer.py"
echo "result: types are right; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
