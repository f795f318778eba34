"""HTTP with a partner: the client, its login, and its errors as partner errors."""

import ssl
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from typing_extensions import override

from app.adapters.common.answers import UNEXPECTED_ANSWER, login_refused_by, unexpected_status
from app.adapters.common.connection import NamingTransport, cause_of
from app.adapters.common.contents import ENCODINGS, MOST_BYTES
from app.adapters.common.pace import Pace, PacedTransport
from app.adapters.common.transport import PartnerClient, PartnerTransport
from app.domain.errors import PartnerUnreachable
from app.loops import note_progress
from app.oauth_client import TOKEN_REFUSED, NoToken, OAuthClient, TokenCache, TokenRequest, TokenResponse


def http_client(  # noqa: PLR0913  # the last ones are seldom set
    base_url: str,
    *,
    timeout_seconds: float = 10.0,
    max_connections: int = 32,
    tls: ssl.SSLContext | None = None,
    pace: Pace | None = None,
    list_bytes: int = MOST_BYTES,
) -> httpx.AsyncClient:
    """Return a client for one partner: keep-alive, time limits, no redirects, no cookies.

    It is httpx over the connections of aiohttp, which take a third of the CPU for each call (docs/decisions/0020).

    Args:
        base_url: the address of the partner.
        timeout_seconds: the longest that the partner may be silent during a call.
        max_connections: the most connections that are open at once.
        tls: whom to trust, and what to present for mutual TLS; None trusts the system's authorities and presents none.
        pace: how many calls may leave; None: no limit.
        list_bytes: the most bytes of a list that is read.
    """
    limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
    transport = NamingTransport(PartnerTransport(verify=tls or True, limits=limits))
    client = PartnerClient(
        base_url=base_url,
        timeout=httpx.Timeout(timeout_seconds, connect=5.0),
        transport=PacedTransport(transport, pace) if pace else transport,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        event_hooks={"response": [_note_answer]},
        headers={"Accept-Encoding": ENCODINGS},
    )
    client.list_bytes = list_bytes
    return client


async def _note_answer(_response: httpx.Response) -> None:
    # A pull of everything that a partner has may take hours.
    note_progress()


@contextmanager
def partner_errors(partner: str) -> Iterator[None]:
    """Raise network errors as PartnerUnreachable, with the cause for operators."""
    try:
        yield
    # The transport lets some of aiohttp's own errors through.
    except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
        cause = cause_of(error, partner)
        raise PartnerUnreachable(f"{partner} gave no answer: {cause.text}", code=cause.code) from error


class BearerAuth(httpx.Auth):
    """Puts the access token of a partner on each call, and fetches a new one once when the partner refuses it.

    Args:
        http: calls the token endpoint.
        login: how the hub is known there.
        partner: the partner's name, for the text of errors.
        timer: returns seconds that only go forward.
    """

    def __init__(
        self, http: httpx.AsyncClient, login: OAuthClient, partner: str, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._http, self._login, self._partner = http, login, partner
        self._tokens = TokenCache(self._send, timer)

    @override
    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the call with a token; after a 401 once more with a new one.

        Raises:
            PartnerUnreachable: the token endpoint refuses the login, or its answer is not in the contract. The message
                was not sent.
        """
        for _ in ("first", "with a new token"):
            token = await self._token()
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return
            self._tokens.forget(self._login, token)

    async def _token(self) -> str:
        try:
            return await self._tokens.token(self._login)
        except NoToken:
            text = f"{self._partner}'s token endpoint answered something else than a token; trying again later"
            raise PartnerUnreachable(text, code=UNEXPECTED_ANSWER) from None

    async def _send(self, request: TokenRequest) -> TokenResponse:
        response = await self._http.post(request.url, headers=request.headers, content=request.body, auth=httpx.Auth())
        if response.status_code in TOKEN_REFUSED:
            raise login_refused_by(self._partner, "client id and secret", response.status_code)
        if not response.is_success:
            raise unexpected_status(response, self._partner)
        return TokenResponse(response.status_code, response.content)
