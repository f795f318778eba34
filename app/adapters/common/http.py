"""HTTP with a partner: the client, its login, and its errors as partner errors."""

import ssl
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Set
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from pydantic import BaseModel, ValidationError
from typing_extensions import override

from app.adapters.common.pace import Pace, PacedTransport
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.oauth_client import NoToken, OAuthClient, TokenCache, TokenRequest, TokenResponse

Model = TypeVar("Model", bound=BaseModel)

# RFC 6749, section 5.2: also 400 for a client that the endpoint does not know.
_TOKEN_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


def http_client(
    base_url: str,
    *,
    timeout_seconds: float = 10.0,
    max_connections: int = 32,
    tls: ssl.SSLContext | None = None,
    pace: Pace | None = None,
) -> httpx.AsyncClient:
    """Return a client for one partner: keep-alive, time limits, no redirects.

    It is httpx over the connections of aiohttp, which take a third of the CPU for each call (docs/decisions/0020).

    Args:
        base_url: the address of the partner.
        timeout_seconds: the longest that a call may take.
        max_connections: the most connections that are open at once.
        tls: for mutual TLS; None checks the partner's certificate and shows none.
        pace: how many calls may leave; None: no limit.
    """
    limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
    transport = AiohttpTransport(verify=tls or True, limits=limits)
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(timeout_seconds, connect=5.0),
        transport=PacedTransport(transport, pace) if pace else transport,
        follow_redirects=False,
    )


@contextmanager
def partner_errors(partner: str) -> Iterator[None]:
    """Raise network errors and refusals by HTTP status as partner errors.

    Raises:
        PartnerUnreachable: no answer, or a temporary status (408, 425, 429, 500, 502, 503, 504).
        PartnerRefused: any other status from 400 on, and redirects.
    """
    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if status in _TEMPORARY:
            wait = _retry_after_seconds(error.response)
            raise PartnerUnreachable(f"{partner} answered {status}; trying again later", wait) from error
        raise PartnerRefused(f"{partner} answered {status} to {error.request.method}") from error
    # The transport lets some of aiohttp's own errors through.
    except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
        raise PartnerUnreachable(f"{partner} gave no answer ({type(error).__name__})") from error


def parse_response(model: type[Model], response: httpx.Response, partner: str) -> Model:
    """Return the message in a response.

    Raises:
        PartnerUnreachable: it is not as the contract says, for example a proxy's page with status 200: nothing of it is
            stored, and the next pull tries again.
    """
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        # Without the cause: it repeats what was sent.
        raise PartnerUnreachable(f"{partner} gave an answer that is not in its contract; trying again later") from None


def check_response(
    response: httpx.Response,
    partner: str,
    credentials: str,
    login_refused: Set[int] = frozenset({HTTPStatus.UNAUTHORIZED}),
) -> httpx.Response:
    """Return a response that is a success.

    Args:
        response: what the partner answered.
        partner: the partner's name, for the text of the error.
        credentials: what the operator has to check when the login is refused.
        login_refused: the statuses by which the partner refuses a login.

    Raises:
        PartnerUnreachable: the login is refused. That is about the hub's credentials and not about the message, which
            has to wait until an operator corrects them, and must not be given up.
        httpx.HTTPStatusError: any other refusal; see ``partner_errors``.
    """
    if response.status_code in login_refused:
        raise login_refused_by(partner, credentials)
    return response.raise_for_status()


def login_refused_by(partner: str, credentials: str) -> PartnerUnreachable:
    """Return the error of a login that a partner refuses; ``credentials`` names what the operator has to check."""
    return PartnerUnreachable(f"{partner} refuses the hub's credentials; check {credentials}")


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
            PartnerUnreachable: the token endpoint refuses the login, or its answer is not in the contract.
        """
        for _ in ("first", "with a new token"):
            token = await self._token()
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return
            # Read to its end, so that its connection is free for the token endpoint.
            await response.aread()
            self._tokens.forget(self._login, token)

    async def _token(self) -> str:
        try:
            return await self._tokens.token(self._login)
        except NoToken:
            raise PartnerUnreachable(f"{self._partner} gave no access token; trying again later") from None

    async def _send(self, request: TokenRequest) -> TokenResponse:
        response = await self._http.post(request.url, headers=request.headers, content=request.body, auth=httpx.Auth())
        check_response(response, self._partner, "client id and secret", _TOKEN_REFUSED)
        return TokenResponse(response.status_code, response.content)


def _retry_after_seconds(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    try:
        # Both moments are the partner's, so it does not matter that its clock differs from the hub's.
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["date"])
    except (ValueError, KeyError):
        return None
    return max(0.0, wait.total_seconds())
