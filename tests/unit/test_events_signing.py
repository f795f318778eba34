"""Signatures that any receiver verifies with the public library of Standard Webhooks."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.events.http.signing import new_secret, new_signing_key, public_key_of, sign

BODY = b'{"specversion":"1.0"}'


def headers(
    keys: list[str], body: bytes = BODY, message_id: str = "01930000-0000-7000-8000-000000000001"
) -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(keys, message_id, timestamp, body),
    }


def verifies(secret: str, body: bytes, sent: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, sent, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


@given(st.text().map(str.encode))
def test_public_library_verifies_our_signature(body: bytes) -> None:
    secret = new_secret()

    sent = headers([secret], body)

    assert verifies(secret, body, sent)


def test_both_secrets_verify_during_a_rotation() -> None:
    old, new = new_secret(), new_secret()

    sent = headers([new, old])

    assert verifies(old, BODY, sent)
    assert verifies(new, BODY, sent)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_changed_header_does_not_verify(name: str) -> None:
    secret = new_secret()
    genuine = headers([secret])

    # A second earlier is still recent enough to be looked at.
    changed = {"webhook-id": "another", "webhook-timestamp": str(int(genuine["webhook-timestamp"]) - 1)}
    sent = genuine | {name: changed[name]}

    assert not verifies(secret, BODY, sent)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_one_flipped_bit_in_the_body_does_not_verify(bit: int) -> None:
    secret = new_secret()
    sent = headers([secret])
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8

    expected = sign([secret], sent["webhook-id"], int(sent["webhook-timestamp"]), bytes(changed))

    assert sent["webhook-signature"] != expected


def test_new_secrets_differ_and_hold_32_bytes() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {len("whsec_") + 44}


@pytest.mark.parametrize("length", [24, 64])
def test_shortest_and_longest_secret_can_sign(length: int) -> None:
    secret = "whsec_" + b64encode(bytes(length)).decode()

    assert verifies(secret, BODY, headers([secret]))


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        "whsec_",
        "whsec_" + b64encode(bytes(23)).decode(),
        "whsec_" + b64encode(bytes(65)).decode(),
        "whsec_~~~~",
        "whsec_~" + b64encode(bytes(32)).decode(),
    ],
)
def test_secret_of_another_form_cannot_sign(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64"):
        sign([secret], "id", 1, BODY)


@given(st.text().map(str.encode))
def test_public_key_verifies_what_the_private_one_signed(body: bytes) -> None:
    key = new_signing_key()

    sent = headers([key], body)

    version, _, signature = sent["webhook-signature"].partition(",")
    public = Ed25519PublicKey.from_public_bytes(b64decode(public_key_of(key).removeprefix("whpk_"), validate=True))
    assert version == "v1a"
    public.verify(b64decode(signature), f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body)


def test_new_signing_keys_differ() -> None:
    assert len({public_key_of(new_signing_key()) for _ in range(10)}) == 10


@pytest.mark.parametrize(
    "key",
    [
        "",
        new_secret(),
        public_key_of(new_signing_key()),
        b64encode(bytes(32)).decode(),
        "whsk_" + b64encode(bytes(31)).decode(),
        "whsk_~" + b64encode(bytes(32)).decode(),
    ],
    ids=["none", "secret", "public", "bare", "short", "foreign character"],
)
def test_signing_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"signing key|32 bytes|base64"):
        public_key_of(key)


def test_id_with_a_dot_cannot_be_signed() -> None:
    with pytest.raises(ValueError, match=r"^webhook-id: must not hold a dot; use the id of the event$"):
        sign([new_secret()], "a.b", 1, BODY)
