"""Ids that mean something to one receiver only."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.privacy.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(bytes(range(32)))
KEYS = st.text(st.characters(codec="utf-8"), max_size=40)
RECORD = UUID("01930000-0000-7000-8000-000000000001")


@given(KEYS, st.uuids())
def test_a_pseudonym_leads_back_to_its_record(receiver_key: str, record_id: UUID) -> None:
    pseudonym = PSEUDONYMS.of(receiver_key, record_id)

    assert PSEUDONYMS.resolve(receiver_key, pseudonym) == record_id


@given(KEYS, st.uuids())
def test_a_pseudonym_is_the_same_in_another_process(receiver_key: str, record_id: UUID) -> None:
    elsewhere = Pseudonyms(bytes(range(32)))

    assert elsewhere.of(receiver_key, record_id) == PSEUDONYMS.of(receiver_key, record_id)


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True), st.uuids())
def test_two_receivers_know_a_record_by_different_ids(receivers: list[str], record_id: UUID) -> None:
    first, second = (PSEUDONYMS.of(key, record_id) for key in receivers)

    assert first != second


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True), st.uuids())
def test_a_receiver_cannot_use_the_id_of_another(receivers: list[str], record_id: UUID) -> None:
    first, second = receivers

    assert PSEUDONYMS.resolve(second, PSEUDONYMS.of(first, record_id)) != record_id


def test_ids_of_one_moment_do_not_resemble_each_other_as_pseudonyms() -> None:
    ids = [UUID(int=RECORD.int + n) for n in range(64)]

    prefixes = {PSEUDONYMS.of("a", record_id).hex[:12] for record_id in ids}

    assert len(prefixes) == len(ids)


def test_threads_can_share_them() -> None:
    shared, ids = Pseudonyms(bytes(range(32))), [UUID(int=RECORD.int + n) for n in range(2000)]
    keys = ["a", "b"]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda each: [shared.of(key, each) for key in keys], ids))

    assert found == [[PSEUDONYMS.of(key, each) for key in keys] for each in ids]


def test_another_master_key_gives_other_pseudonyms() -> None:
    assert Pseudonyms(bytes(32)).of("a", RECORD) != PSEUDONYMS.of("a", RECORD)


def test_pseudonyms_do_not_change_between_versions_of_the_hub() -> None:
    # Receivers store these ids: a change of label, cipher or derivation would orphan all of them.
    assert str(PSEUDONYMS.of("organisation-1", RECORD)) == "9df99247-05f5-fcac-eff6-5d1d70ea5cf1"


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="must be 32 bytes"):
        Pseudonyms(bytes(length))
