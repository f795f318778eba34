#!/usr/bin/env bash
# area: Partner contracts
# tool: zeep
# document: -
# done: calls every operation of `openapi/partners/rmw.wsdl` at the simulator of RMW
set -euo pipefail
source "$SHARED"

python_packages zeep==4.3.3
echo "version: 4.3.3"
"$PYTHON" -m app.cli.main simulate rmw --records 3 > "$WORK/simulator.json" &
for _ in $(seq 300); do [[ -s $WORK/simulator.json ]] && break; sleep 0.1; done
python call.py "$(dirname "$HUB_DOCUMENT")/partners/rmw.wsdl" "$WORK/simulator.json"
