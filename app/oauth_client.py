"""Access tokens by OAuth 2.0 client credentials: one for each client, used again until shortly before it expires.

It serves the token endpoints of subscribers and of partners. The caller passes the function that sends a request:
subscribers are called through the guarded client of ``app.events.http``, partners through ``httpx``.

Source: RFC 6749, sections 2.3.1, 4.4 and 5.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode
from weakref import WeakValueDictionary

from cachetools import TLRUCache

__all__ = ["TOKEN_REFUSED", "NoToken", "OAuthClient", "TokenCache", "TokenRequest", "TokenResponse"]

TOKEN_REFUSED: Final = frozenset({400, 401, 403})
"""The statuses of a refused login. Source: RFC 6749, section 5.2: also 400 for a client that is not known."""

_OK: Final = 200
_MAX_TOKENS: Final = 1024
_LONGEST_TOKEN: Final = 6 * 1024
_LIFETIME_SECONDS: Final = 300.0
_LONGEST_SECONDS: Final = 86_400.0
_MARGIN_SECONDS: Final = 30.0
"""Longer than a request may take, so that a token does not expire on its way."""


@dataclass(frozen=True, kw_only=True)
class OAuthClient:
    """How the hub is known at a token endpoint.

    Attributes:
        token_url: the full address of the token endpoint.
        scope: names separated by spaces; empty asks for what the endpoint grants without.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""


class NoToken(Exception):
    """The token endpoint returned no token that can be used; nothing was sent to the service itself.

    Attributes:
        code: why, for lists and metrics: ``token-refused`` when the endpoint does not accept who the hub is,
            ``token-status-5xx`` and alike for another status, ``token-unreadable`` when the answer is no bearer token;
            and ``token-timeout`` and alike where the caller found out why there was no answer.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class TokenRequest:
    """A request to a token endpoint; the method is POST."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class TokenResponse:
    """What a token endpoint answered."""

    status: int
    body: bytes = field(repr=False)


SendTokenRequest = Callable[[TokenRequest], Awaitable[TokenResponse]]


class _Token(NamedTuple):
    text: str
    lifetime: float


class TokenCache:
    """Fetches access tokens, and stores each until 30 seconds before it expires.

    Args:
        send: sends a request to a token endpoint.
        timer: returns seconds that only go forward.
    """

    def __init__(self, send: SendTokenRequest, timer: Callable[[], float]) -> None:
        self._send = send
        self._tokens: TLRUCache[OAuthClient, _Token] = TLRUCache(_MAX_TOKENS, _renew_at, timer)
        self._locks: WeakValueDictionary[OAuthClient, asyncio.Lock] = WeakValueDictionary()

    async def token(self, client: OAuthClient) -> str:
        """Return a valid token; many calls at once cause one request.

        Raises:
            NoToken: the endpoint refused, or its answer cannot be read.
            Exception: whatever ``send`` raises.
        """
        async with self._locks.setdefault(client, asyncio.Lock()):
            token = self._tokens.get(client)
            if token is None:
                token = self._tokens[client] = await self._fetch(client)
            return token.text

    def forget(self, client: OAuthClient, token: str) -> None:
        """Fetch a new token at the next call, because the service did not accept this one.

        A token that was fetched in the meantime stays.
        """
        stored = self._tokens.get(client)
        if stored and stored.text == token:
            self._tokens.pop(client, None)

    async def _fetch(self, client: OAuthClient) -> _Token:
        response = await self._send(_request(client))
        if response.status in TOKEN_REFUSED:
            raise NoToken("token-refused")
        if response.status != _OK:
            raise NoToken(f"token-status-{response.status // 100}xx")
        try:
            return _read(json.loads(response.body))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise NoToken("token-unreadable") from error


def _renew_at(_client: OAuthClient, token: _Token, now: float) -> float:
    return now + token.lifetime


def _request(client: OAuthClient) -> TokenRequest:
    # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
    form = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
    headers = {
        "authorization": f"Basic {b64encode(pair.encode()).decode()}",
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    return TokenRequest(client.token_url, headers, urlencode(form).encode())


def _can_be_sent(token: str) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token


def _read(answer: Any) -> _Token:  # JSON
    token = answer["access_token"]
    # A token goes into a header; anything but visible characters would end it early.
    if answer["token_type"].lower() != "bearer" or not _can_be_sent(token):
        raise ValueError("no bearer token")
    lifetime = float(answer.get("expires_in", _LIFETIME_SECONDS))
    return _Token(token, min(max(0.0, lifetime - _MARGIN_SECONDS), _LONGEST_SECONDS))
