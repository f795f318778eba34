"""Whatever is sent to the token endpoint, nobody without a proof gets a token, and nothing breaks: over real HTTP."""

import asyncio
import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from itertools import count, product

import httpx
import pytest
from structlog.testing import capture_logs

from app.api.auth.throttle import MEMORY_SECONDS, Throttle
from app.api.state import AppState
from app.database import Database
from app.operations.access.clients import save_client
from app.sandbox.runtime import serving
from tests.api.conftest import PUBLIC_URL, SECRET
from tests.support.assertions import BY_ASSERTION, CLIENT_KEY, GRANT, JWKS, LIFE_SECONDS, SIGNER, assertion
from tests.support.served import api_of


def one_of(name: str, *values: object) -> list[dict[str, object]]:
    return [{name: value} for value in values]


FORM = "application/x-www-form-urlencoded"
NUMBERS = [
    *("1e400", "-1e400", "NaN", "Infinity", "-Infinity", "true", "false", "null", "-1", "-1e308", "0", "1e30", '"1"'),
    *("9" * 20, "9" * 400, "9" * 5000, "253402300800", "1.7976931348623157e308", "[1]", "{}", '{"$gt": 0}'),
]
AUDIENCES = [
    *("null", "[]", "[null]", "1", "true", "{}", '[["x"]]', '""', f'{{"{PUBLIC_URL}": 1}}', f'["{PUBLIC_URL}", 1]'),
    *(f'["{PUBLIC_URL}/oauth/token", "https://elsewhere.example"]', f'"{PUBLIC_URL}/"', f'"{PUBLIC_URL}/oauth/token/"'),
]
TEXTS = ["null", "1", "true", "[]", "{}", '""', '"\\ud800"', '"\\u0000"', '"' + "x" * 3000 + '"', '["humanitas"]']
CLAIMS = {
    "exp": NUMBERS,
    # These may be long ago.
    "iat": [each for each in NUMBERS if each != "0"],
    "nbf": [each for each in NUMBERS if each != "0"],
    "aud": AUDIENCES,
    **dict.fromkeys(("iss", "sub", "jti"), TEXTS),
}
HEADERS: list[dict[str, object]] = [
    *one_of("alg", "none", "None", "HS256", "RS512", "ES256", "PS256", "", None, 1, ["RS256"], {}),
    *one_of("kid", "", "other", None, 1, True, [CLIENT_KEY.kid], {}, "\x00", "x" * 3000),
    *one_of("typ", "at+jwt", "AT+JWT", 1, True, [], {}, ""),
    *one_of("crit", ["exp"], [], None, "b64"),
    {"zip": "DEF", "enc": "A256GCM", "alg": "RSA-OAEP"},
    {"b64": False, "crit": ["b64"]},
]
BASIC = [
    *(b"dock", b":", b"dock:", b":x", b"\xff:\xff", b"dock:\x00", b"\x00:x", b"a" * 5000 + b":b", b"%ff:%ff"),
    *(b"dock:%ED%A0%80", b"%ED%A0%80:x", "é:é".encode(), b"dock:wrong:more", b"%:%"),
]
AUTHORIZATIONS = ["Basic", "Basic !", "basic ====", "Bearer x", "Digest x", "x", "Basic a b", "Basic \xe9"]
FORMS: list[bytes] = [
    *(b"", b"\x00", b"\xff", b"&", b"=", b"%", b"a=%ff", b"grant_type", b"grant_type=client_credentials;scope=x"),
    *(b"grant_type=client_credentials", b"grant_type=client_credentials&grant_type=client_credentials"),
    *(b"grant_type=CLIENT_CREDENTIALS", b"grant_type=client_credentials&client_secret=%ED%A0%80&client_id=dock"),
    *(b"grant_type=client_credentials&client_secret=x&client_id=%00", b"[]", b'{"grant_type": "client_credentials"}'),
    *("grant_type=client_credentials".encode(each) for each in ("utf-16", "utf-32", "utf-7", "cp037")),
    b"grant_type=client_credentials&" + b"&".join(b"a%d=1" % each for each in range(100)),
    b"grant_type=client_credentials&client_assertion=" + b"x" * 20_000,
    b"grant_type=client_credentials&client_id=dock&client_secret=" + b"x" * 15_000,
]
FORMS_OF_TOKENS = ["", ".", "..", "...", "a.b.c", "é.é.é", "x" * 9000]
TYPES = [
    *(FORM, f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense", f"{FORM};", f"{FORM.upper()}", f"{FORM}, {FORM}"),
    *("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "", "/", "\xe9"),
]

Sent = tuple[bytes, list[tuple[bytes, bytes]]]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: this is about the edge."""
    return sqlite_database


@pytest.fixture
async def attacker(hub: AppState) -> AsyncIterator[httpx.AsyncClient]:
    """Return a caller over TCP of a hub that forgets failures at once, and has a client with a key."""
    scopes = ["referrals:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)
    moments = count(step=MEMORY_SECONDS + 1)
    with api_of(replace(hub, throttle=Throttle(lambda: next(moments)))) as app:
        async with serving(app) as server, httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            yield client


def with_headers(body: bytes, **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return body, [(name.encode(), value.encode("latin-1")) for name, value in named.items()]


def as_form(form: dict[str, str], **headers: str) -> Sent:
    return with_headers(httpx.Request("POST", "http://x", data=form).read(), Content_Type=FORM, **headers)


def encoded(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def signed(header: dict[str, object], payload: bytes) -> Sent:
    """Return a token request whose assertion is signed by the client's key, whatever it says."""
    complete = {"alg": "RS256", "kid": CLIENT_KEY.kid, "typ": "JWT"} | header
    unsigned = b".".join((encoded(json.dumps(complete).encode()), encoded(payload)))
    token = b".".join((unsigned, encoded(SIGNER.key.sign(unsigned)))).decode()
    return as_form({**BY_ASSERTION, "client_assertion": token})


def payload_with(**raw: str) -> bytes:
    """Return claims that are valid but for these, which are JSON already."""
    now = int(time.time())
    claims = {
        "iss": '"humanitas"',
        "sub": '"humanitas"',
        "aud": f'"{PUBLIC_URL}/oauth/token"',
        "iat": str(now),
        "exp": str(now + LIFE_SECONDS),
        "jti": f'"{time.perf_counter_ns():030}"',
    }
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in (claims | raw).items()) + "}").encode()


def odd_requests() -> Iterator[Sent]:
    for claim, values in CLAIMS.items():
        yield from (signed({}, payload_with(**{claim: value})) for value in values)
    yield from (signed(header, payload_with()) for header in HEADERS)
    yield from (signed({}, payload) for payload in (b"", b"1", b"null", b"[]", b"{", b"\xff", b"[" * 3000, b'"x"'))
    yield from (
        as_form({**BY_ASSERTION, "client_assertion": each}) for each in ("", ".", "..", "...", "a.b.c", "é.é.é")
    )
    for credentials in BASIC:
        yield as_form(GRANT, Authorization=f"Basic {b64encode(credentials).decode()}")
    yield from (as_form(GRANT, Authorization=each) for each in AUTHORIZATIONS)
    yield as_form({**assertion(), "client_secret": SECRET, "client_id": "dock"})
    yield as_form(assertion(), Authorization=f"Basic {b64encode(f'dock:{SECRET}'.encode()).decode()}")
    yield from (with_headers(body, Content_Type=FORM) for body in FORMS)
    yield from (with_headers(body, Content_Type=each) for body, each in product(FORMS[1:4], TYPES))


async def answers_to(attacker: httpx.AsyncClient, requests: Iterable[Sent]) -> list[tuple[Sent, httpx.Response]]:
    return [(each, await attacker.post("/oauth/token", content=each[0], headers=each[1])) for each in requests]


async def test_every_odd_token_request_is_refused_as_oauth_says(attacker: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        answered = await answers_to(attacker, odd_requests())
        right = await attacker.post("/oauth/token", data=assertion())

    wrong = [(sent, got.status_code) for sent, got in answered if got.status_code not in (400, 401, 413, 415)]
    assert wrong == []
    assert len(answered) > 200
    assert {got.headers["content-type"] for _, got in answered} == {"application/json"}
    assert {got.json()["error"] for _, got in answered} == {
        "invalid_client",
        "invalid_request",
        "unsupported_grant_type",
    }
    assert {got.status_code for _, got in answered if "www-authenticate" in got.headers} == {401}
    assert {"www-authenticate" in got.headers for _, got in answered if got.status_code == 401} == {True}
    assert [each for each in lines if each["event"] == "request_failed"] == []
    assert right.status_code == 200


async def test_many_odd_requests_at_once_break_nothing(attacker: httpx.AsyncClient) -> None:
    requests = [signed({}, payload_with(exp=value)) for value in NUMBERS] * 3

    answered = await asyncio.gather(
        *(attacker.post("/oauth/token", content=body, headers=headers) for body, headers in requests)
    )

    assert {each.status_code for each in answered} == {400}
