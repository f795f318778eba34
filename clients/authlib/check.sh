#!/usr/bin/env bash
# area: OAuth libraries
# tool: Authlib (Python)
# document: -
# done: gets tokens with each method, uses and revokes them
set -euo pipefail
source "$SHARED"

python_packages Authlib==1.9.10 httpx==0.28.1
echo "version: 1.9.10"
REGISTER="$(dirname "$0")/../register_keys.py" python "$(dirname "$0")/check.py"
