"""Receiver keys: what is stored of them, and what is read back."""

from uuid import UUID

import pytest

from app.domain.codes import PARTNERS, System
from app.domain.receivers import (
    PartnerKey,
    PollKey,
    ReceiverKey,
    SubscriptionKey,
    parse_receiver,
    subscription_id_of,
    system_of,
)

ID = UUID("0193594a-5f2e-7a31-9d1c-6c0f5b1a2e3d")
KEYS: list[ReceiverKey] = [*map(PartnerKey, PARTNERS), SubscriptionKey(ID), PollKey(ID)]


def test_key_is_read_back_from_its_text() -> None:
    assert [parse_receiver(key.text) for key in KEYS] == KEYS


def test_text_of_a_key_is_what_is_stored_since_the_first_release() -> None:
    assert PartnerKey(System.RMW).text == "partner:rmw"
    assert SubscriptionKey(ID).text == f"subscription:{ID}"
    assert PollKey(ID).text == f"poll:{ID}"


def test_key_names_a_system_or_a_subscription_or_neither() -> None:
    assert [system_of(key) for key in (PartnerKey(System.RMW), SubscriptionKey(ID), PollKey(ID))] == [
        System.RMW,
        None,
        None,
    ]
    assert [subscription_id_of(key) for key in (PartnerKey(System.RMW), SubscriptionKey(ID), PollKey(ID))] == [
        None,
        ID,
        None,
    ]


@pytest.mark.parametrize("text", ["", "webhook", "partner:", "partner:excel", "subscription:1", "poll", f"poll:{ID}x"])
def test_other_text_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_receiver(text)
