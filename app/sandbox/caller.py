"""Calls of the hub's API as one of its clients makes them."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

_MARGIN_SECONDS = 60

Json = dict[str, Any]


class CallRefused(RuntimeError):
    """The hub refused a call; the message says what it answered.

    Attributes:
        status: of the answer.
    """

    def __init__(self, call: str, response: httpx.Response) -> None:
        super().__init__(f"{call} was refused: {_reason_of(response)}")
        self.status = response.status_code


class Caller:
    """A client of the API.

    Args:
        http: reaches the hub.
        client_id: the id of the client.
        secret: its secret.
        tokens: reaches what issues access tokens; None is the hub.
    """

    def __init__(
        self, http: httpx.AsyncClient, client_id: str, secret: str, tokens: httpx.AsyncClient | None = None
    ) -> None:
        self._http, self._tokens = http, tokens or http
        self._client_id, self._secret = client_id, secret
        self._token, self._until = "", 0.0

    async def get(self, path: str) -> Json:
        """Return what is at a path below ``/v1``."""
        return await self._call("GET", path)

    async def post(self, path: str, body: Mapping[str, object] | None = None, key: str | None = None) -> Json:
        """Post to a path below ``/v1``, whatever the state of the record is; return the answer."""
        return await self._call("POST", path, body or {}, key)

    async def patch(self, path: str, body: Mapping[str, object]) -> Json:
        """Change what is at a path below ``/v1``, whatever its state is; return the answer."""
        return await self._call("PATCH", path, body)

    async def headers(self) -> dict[str, str]:
        """Return the header with which the client introduces itself."""
        return {"Authorization": f"Bearer {await self.token()}"}

    async def token(self) -> str:
        """Return an access token that is valid for a while."""
        if time.monotonic() >= self._until:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._secret,
            }
            response = await self._tokens.post("/oauth/token", data=form)
            if response.is_error:
                raise CallRefused(f"A token for '{self._client_id}'", response)
            issued = response.json()
            self._token, self._until = issued["access_token"], time.monotonic() + issued["expires_in"] - _MARGIN_SECONDS
        return self._token

    async def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, key: str | None = None
    ) -> Json:
        response = await self._send(method, path, body, key)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            # Its token was refused since: the clock was moved, or the keys were replaced.
            self._until = 0.0
            response = await self._send(method, path, body, key)
        if response.is_error:
            raise CallRefused(f"{method} {path} of '{self._client_id}'", response)
        return dict(response.json()) if response.content else {}

    async def _send(self, method: str, path: str, body: Mapping[str, object] | None, key: str | None) -> httpx.Response:
        headers = await self.headers()
        if method != "GET":
            headers |= {"Idempotency-Key": key or str(uuid4()), "If-Match": "*"}
        return await self._http.request(method, f"/v1{path}", json=body, headers=headers)


def _reason_of(response: httpx.Response) -> str:
    """Return what an answer says in a sentence: a problem, or an error of OAuth."""
    try:
        answer = response.json()
        said = [str(answer.get("detail") or answer["error_description"])]
        said += [f"{fault['field']}: {fault['message']}" for fault in answer.get("errors", ())]
    except (ValueError, KeyError, TypeError, AttributeError):
        said = [response.text]
    return f"{response.status_code}, {' '.join(said)}"
