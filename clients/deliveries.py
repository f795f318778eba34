"""Records deliveries that the hub really sends, for the checks of webhook libraries: ``deliveries.py FILE``.

The file is JSON: ``secrets`` are the secret before and after a rotation; of each of the ``deliveries`` it has the
``headers`` and the ``body`` as text. The first ones have one signature, the last one has two.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from typing_extensions import override

_WAIT_SECONDS = 60
_CONSENT = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-03-01"}
_CLIENT = {"givenName": "Zoë", "familyName": "Voorbeeld", "birthDate": "1988-04-12", "phone": "+31 10 123 45 67"}


class _Receiver(BaseHTTPRequestHandler):
    received: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.received.append({"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body})
        self._answer(204)

    def do_OPTIONS(self) -> None:
        self._answer(200, {"WebHook-Allowed-Origin": "*", "Content-Length": "0"})

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    @override
    def log_message(self, *_: Any) -> None:
        """Print nothing for each request."""


def main() -> None:
    """Record the deliveries."""
    received: list[dict[str, Any]] = []
    handler = type("Receiver", (_Receiver,), {"received": received, "protocol_version": "HTTP/1.1"})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        secrets = _provoke(f"http://127.0.0.1:{server.server_port}/hook", received)
        server.shutdown()
    Path(sys.argv[1]).write_text(json.dumps({"secrets": secrets, "deliveries": received}, ensure_ascii=False))
    print(f"{len(received)} deliveries recorded")


def _provoke(url: str, received: list[dict[str, Any]]) -> list[str]:
    referrer, team = _api("CLIENT"), _api("FINANCE_CLIENT")
    made = _done(referrer.post("/subscriptions", json={"url": url}, headers=_key()))
    path = f"/subscriptions/{made['id']}"
    reference = f"KIT-{uuid4().hex[:12]}"
    body = {"client": _CLIENT, "area": "Noord", "worker": {"name": "A. de Vries"}, "reference": reference}
    _done(referrer.post("/referrals", json=body | {"consent": _CONSENT}, headers=_key()))
    _confirm(team, reference)
    _wait_for(2, received)
    etag = referrer.get(path).headers["etag"]
    rotated = _done(referrer.post(f"{path}/secret-rotation", json={}, headers=_key() | {"If-Match": etag}))
    _done(referrer.post(f"{path}/test", headers=_key()))
    _wait_for(3, received)
    referrer.delete(path, headers=_key() | {"If-Match": "*"}).raise_for_status()
    return [made["secret"], rotated["secret"]]


def _confirm(team: httpx.Client, reference: str) -> None:
    (found,) = _done(team.post("/referrals/_search", json={"reference": reference}))["items"]
    path = f"/referrals/{found['id']}"
    headers = _key() | {"If-Match": team.get(path).headers["etag"]}
    body = {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}}
    _done(team.post(f"{path}/confirmation", json=body, headers=headers))


def _api(role: str) -> httpx.Client:
    hub = os.environ["HUB_URL"]
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ[f"{role}_ID"],
        "client_secret": os.environ[f"{role}_SECRET"],
    }
    token = _done(httpx.post(f"{hub}/oauth/token", data=form))["access_token"]
    return httpx.Client(base_url=f"{hub}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def _done(answer: httpx.Response) -> Any:
    if answer.is_error:
        sys.exit(f"{answer.request.method} {answer.request.url} was refused: {answer.text}")
    return answer.json() if answer.content else None


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def _wait_for(number: int, received: list[dict[str, Any]]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while len(received) < number:
        if time.monotonic() > deadline:
            sys.exit(f"only {len(received)} of {number} deliveries came")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
