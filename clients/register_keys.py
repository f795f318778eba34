"""Registers the public keys of a check as a client of the hub: ``python register_keys.py CLIENT_ID JWKS``.

It acts for the organisation of ``CLIENT_ID`` with the scope ``referrals:read``; the operator's client registers it.
"""

import json
import os
import sys
import urllib.parse
import urllib.request
from uuid import uuid4


def main() -> None:
    """Register the client, or replace the one with this id."""
    client, jwks = sys.argv[1:]
    body = {"organisationCode": os.environ["CLIENT_ID"], "scopes": ["referrals:read"], "jwks": json.loads(jwks)}
    headers = {
        "Authorization": f"Bearer {_operators_token()}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
        "If-Match": "*",
    }
    _answer(f"/v1/api-clients/{client}", "PUT", json.dumps(body), headers)


def _operators_token() -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["OPERATOR_CLIENT_ID"],
        "client_secret": os.environ["OPERATOR_CLIENT_SECRET"],
    }
    token: str = _answer("/oauth/token", "POST", urllib.parse.urlencode(form), {})["access_token"]
    return token


def _answer(path: str, method: str, body: str, headers: dict[str, str]) -> dict[str, str]:
    request = urllib.request.Request(os.environ["HUB_URL"] + path, body.encode(), headers, method=method)
    with urllib.request.urlopen(request) as response:
        answer: dict[str, str] = json.load(response)
    return answer


if __name__ == "__main__":
    main()
