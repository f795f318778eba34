"""Access tokens: fetched once for many calls, renewed before they expire, and never replaced by an older one."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest

from app.oauth_client import NoToken, OAuthClient, TokenCache, TokenRequest, TokenResponse

CLIENT = OAuthClient(token_url="https://login.example.nl/token", client_id="hub", client_secret="se:cret")
OTHER = OAuthClient(token_url="https://login.example.nl/token", client_id="other", client_secret="se:cret")


class Endpoint:
    """Hands out numbered tokens, and records what it was asked."""

    def __init__(self, **answer: object) -> None:
        self.requests: list[TokenRequest] = []
        self.answer = {"token_type": "Bearer", "expires_in": 100} | answer
        self.now = 0.0
        self.cache = TokenCache(self.send, lambda: self.now)

    async def send(self, request: TokenRequest) -> TokenResponse:
        self.requests.append(request)
        await asyncio.sleep(0)
        token = {"access_token": f"token-{len(self.requests)}"}
        return TokenResponse(200, json.dumps(token | self.answer).encode())


async def test_many_calls_at_once_cause_one_request() -> None:
    endpoint = Endpoint()

    tokens = await asyncio.gather(*(endpoint.cache.token(CLIENT) for _ in range(5)))

    assert set(tokens) == {"token-1"}
    assert len(endpoint.requests) == 1


async def test_a_token_is_renewed_thirty_seconds_before_it_expires() -> None:
    endpoint = Endpoint()
    seen = []

    for endpoint.now in (0.0, 69.9, 70.0):
        seen.append(await endpoint.cache.token(CLIENT))

    assert seen == ["token-1", "token-1", "token-2"]


async def test_a_token_without_a_lifetime_is_used_for_less_than_five_minutes_and_none_for_more_than_a_day() -> None:
    for lifetime, last in ((None, 270.0), (10_000_000, 86_400.0)):
        endpoint = Endpoint(expires_in=lifetime) if lifetime else Endpoint()
        if not lifetime:
            del endpoint.answer["expires_in"]
        await endpoint.cache.token(CLIENT)

        endpoint.now = last - 0.1
        assert await endpoint.cache.token(CLIENT) == "token-1"
        endpoint.now = last
        assert await endpoint.cache.token(CLIENT) == "token-2"


async def test_each_client_has_a_token_of_its_own() -> None:
    endpoint = Endpoint()

    assert await endpoint.cache.token(CLIENT) != await endpoint.cache.token(OTHER)


async def test_a_refused_token_is_fetched_again_once_however_many_calls_it_refused() -> None:
    endpoint = Endpoint()
    refused = await endpoint.cache.token(CLIENT)

    endpoint.cache.forget(CLIENT, refused)
    renewed = await endpoint.cache.token(CLIENT)
    endpoint.cache.forget(CLIENT, refused)

    assert await endpoint.cache.token(CLIENT) == renewed == "token-2"


async def test_the_request_asks_for_client_credentials_and_the_scope_alone() -> None:
    endpoint = Endpoint()
    scoped = OAuthClient(token_url=CLIENT.token_url, client_id="hub", client_secret="secret", scope="events")

    await endpoint.cache.token(CLIENT)
    await endpoint.cache.token(scoped)

    assert [parse_qs(request.body.decode()) for request in endpoint.requests] == [
        {"grant_type": ["client_credentials"]},
        {"grant_type": ["client_credentials"], "scope": ["events"]},
    ]


async def test_an_answer_that_is_no_bearer_token_is_none() -> None:
    for answer in ({"token_type": "mac"}, {"access_token": "a b"}, {"access_token": 7}, {"expires_in": "soon"}):
        with pytest.raises(NoToken):
            await Endpoint(**answer).cache.token(CLIENT)


async def test_a_failed_request_is_made_again_at_the_next_call() -> None:
    endpoint = Endpoint(token_type="mac")
    with pytest.raises(NoToken):
        await endpoint.cache.token(CLIENT)

    endpoint.answer["token_type"] = "bearer"

    assert await endpoint.cache.token(CLIENT) == "token-2"


def test_no_secret_is_shown() -> None:
    assert "se:cret" not in repr(CLIENT)
    assert "Basic" not in repr(TokenRequest("https://login.example.nl/token", {"authorization": "Basic x"}, b""))
