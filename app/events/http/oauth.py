"""Access tokens for receivers that ask for them: OAuth 2.0 client credentials at the receiver's own token endpoint."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from app.domain.ports import Clock
from app.events.http.client import Call, OutboundClient

__all__ = ["NoToken", "OAuthClient", "TokenCache"]

_LIFETIME_SECONDS = 300.0
_LONGEST_SECONDS = 86_400.0
_MARGIN_SECONDS = 30.0


@dataclass(frozen=True)
class OAuthClient:
    """How the hub is known at a receiver's token endpoint."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""


class NoToken(Exception):
    """The token endpoint gave no token that can be used; nothing was sent to the receiver."""


class TokenCache:
    """Gets access tokens, and keeps each until shortly before it expires."""

    def __init__(self, outbound: OutboundClient, clock: Clock) -> None:
        self._outbound = outbound
        self._clock = clock
        self._kept: dict[OAuthClient, tuple[str, datetime]] = {}
        self._asking: dict[OAuthClient, asyncio.Lock] = {}

    async def token(self, client: OAuthClient) -> str:
        """Return a valid token; many who ask at once cause one request.

        Raises:
            NoToken: the endpoint refused, or its answer cannot be read.
            Exception: whatever :meth:`OutboundClient.call` raises.
        """
        async with self._asking.setdefault(client, asyncio.Lock()):
            token, ends_at = self._kept.get(client, ("", self._clock.now()))
            if ends_at <= self._clock.now():
                token, lifetime = await self._ask(client)
                self._kept[client] = token, self._clock.now() + lifetime
            return token

    def forget(self, client: OAuthClient) -> None:
        """Ask for a new token the next time: the receiver did not accept this one."""
        self._kept.pop(client, None)

    async def _ask(self, client: OAuthClient) -> tuple[str, timedelta]:
        answer = await self._outbound.call(_request(client))
        if answer.status != 200:
            raise NoToken
        try:
            return _read(json.loads(answer.body))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NoToken from error


def _request(client: OAuthClient) -> Call:
    # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
    form = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
    headers = {
        "authorization": f"Basic {b64encode(pair.encode()).decode()}",
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    return Call("POST", client.token_url, headers, urlencode(form).encode())


def _read(answer: Any) -> tuple[str, timedelta]:
    token = answer["access_token"]
    # A token goes into a header; anything but visible characters would end it early.
    if answer["token_type"].lower() != "bearer" or not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError("no bearer token")
    lifetime = float(answer.get("expires_in", _LIFETIME_SECONDS))
    return token, timedelta(seconds=min(max(0.0, lifetime - _MARGIN_SECONDS), _LONGEST_SECONDS))
