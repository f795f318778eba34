"""The signature check in docs/how-to/subscribing.md accepts what the hub signs, and nothing else."""

import time
from collections.abc import Callable

import pytest

from app.events.http.signing import new_secret, sign
from tests.support.documents import ROOT, code_blocks

IsGenuine = Callable[..., bool]


@pytest.fixture(scope="module")
def is_genuine() -> IsGenuine:
    """Return the function as the page shows it."""
    space: dict[str, IsGenuine] = {}
    exec(code_blocks(ROOT / "docs" / "how-to" / "subscribing.md", "python")[0], space)
    return space["is_genuine"]


def signed(keys: list[str], body: bytes, timestamp: int) -> dict[str, str]:
    signature = sign(keys, "019ab3f2", timestamp, body)
    return {"webhook-id": "019ab3f2", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_it_accepts_what_the_hub_signs(is_genuine: IsGenuine) -> None:
    secret = new_secret()
    headers = signed([secret], b'{"a": 1}', int(time.time()))

    assert is_genuine(secret, headers, b'{"a": 1}')


def test_it_accepts_either_secret_of_a_rotation(is_genuine: IsGenuine) -> None:
    old, new = new_secret(), new_secret()
    headers = signed([new, old], b"{}", int(time.time()))

    assert is_genuine(old, headers, b"{}")
    assert is_genuine(new, headers, b"{}")


def test_it_refuses_changed_headers(is_genuine: IsGenuine) -> None:
    secret = new_secret()
    headers = signed([secret], b"{}", int(time.time()))

    for change in ({"webhook-id": "019ab3f3"}, {"webhook-signature": "v1,"}, {"webhook-signature": ""}):
        assert not is_genuine(secret, headers | change, b"{}"), change


def test_it_refuses_a_changed_body(is_genuine: IsGenuine) -> None:
    secret = new_secret()
    headers = signed([secret], b"{}", int(time.time()))

    assert not is_genuine(secret, headers, b"{ }")


def test_it_refuses_another_time(is_genuine: IsGenuine) -> None:
    secret, signed_at = new_secret(), 1_795_428_600
    headers = signed([secret], b"{}", signed_at)

    for age_seconds in (301, -301):
        assert not is_genuine(secret, headers, b"{}", now=signed_at + age_seconds), age_seconds
