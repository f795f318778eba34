#!/usr/bin/env bash
# area: Samples of the documentation
# tool: Python, TypeScript, C#, PHP
# document: -
# done: receivers of webhooks pass `trajecthub verify receiver`
# seconds: 300
set -euo pipefail
source "$SHARED"

samples=$(dirname "$HUB_DOCUMENT")/../docs/samples
cp "$samples"/receiver.* "$WORK"
cd "$WORK"

python_packages standardwebhooks==1.1.0
node_packages standardwebhooks@1.0.0 tsx@4.20.6 typescript@5.9.3 @types/node@20.19.25
debian mono-mcs mono-runtime libmono-system-core4.0-cil php-cli
echo "version: standardwebhooks 1.1.0 (Python), 1.0.0 (npm)"

tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 receiver.ts
mcs -out:receiver.exe receiver.cs

WEBHOOK_SECRET=whsec_$(openssl rand -base64 32)
export WEBHOOK_SECRET

free_port() {
  "$PYTHON" -c 'import socket; server = socket.create_server(("127.0.0.1", 0)); print(server.getsockname()[1])'
}

# verified NAME COMMAND…: starts a receiver, has it verified, and ends it.
verified() {
  local name=$1 address=http://127.0.0.1:$PORT/ receiver
  shift
  "$@" > "$name.log" 2>&1 &
  receiver=$!
  for _ in $(seq 150); do
    ! curl --silent --output /dev/null "$address" || break
    sleep 0.2
  done
  "$PYTHON" -m app.cli.main verify receiver "$address" --secret "$WEBHOOK_SECRET" || { kill $receiver; cat "$name.log"; return 1; }
  kill $receiver
}

for language in python typescript csharp php; do
  PORT=$(free_port)
  export PORT
  case $language in
    python) verified python python3 receiver.py ;;
    typescript) verified typescript tsx receiver.ts ;;
    csharp) verified csharp mono receiver.exe ;;
    php) verified php php -S "127.0.0.1:$PORT" receiver.php ;;
  esac
done

echo "result: all four compile and pass"
