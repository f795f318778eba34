"""Ids that mean something to one receiver only."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identifiers import MonotonicIds, first_id_at
from app.privacy.pseudonyms import Pseudonyms

KEY = bytes(range(32))
PSEUDONYMS = Pseudonyms(KEY)
# As good as half of all UUIDv7s are from before it, so that ids of both forms meet often.
UPGRADED = Pseudonyms(KEY, datetime(6000, 1, 1, tzinfo=UTC))
# What Zod and other strict readers take.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RFC_9562 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
RECORDS = st.builds(
    lambda milliseconds, random: MonotonicIds(lambda _: random)(EPOCH + timedelta(milliseconds=milliseconds)),
    st.integers(1, 2**47),
    st.integers(0, 2**74 - 1),
)
KEYS = st.text(st.characters(codec="utf-8"), max_size=40)
RECORD = UUID("01930000-0000-7000-8000-000000000001")


@given(KEYS, RECORDS)
def test_a_pseudonym_leads_back_to_its_record(receiver_key: str, record_id: UUID) -> None:
    pseudonym = PSEUDONYMS.of(receiver_key, record_id)

    assert PSEUDONYMS.resolve(receiver_key, pseudonym) == record_id


@given(KEYS, RECORDS)
def test_a_pseudonym_is_the_same_in_another_process(receiver_key: str, record_id: UUID) -> None:
    elsewhere = Pseudonyms(bytes(range(32)))

    assert elsewhere.of(receiver_key, record_id) == PSEUDONYMS.of(receiver_key, record_id)


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True), RECORDS)
def test_two_receivers_know_a_record_by_different_ids(receivers: list[str], record_id: UUID) -> None:
    first, second = (PSEUDONYMS.of(key, record_id) for key in receivers)

    assert first != second


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True), RECORDS)
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


@given(KEYS, RECORDS)
def test_a_pseudonym_is_a_uuid_that_strict_readers_take(receiver_key: str, record_id: UUID) -> None:
    assert RFC_9562.fullmatch(str(PSEUDONYMS.of(receiver_key, record_id)))


@given(KEYS, st.lists(RECORDS, min_size=2, max_size=20, unique=True))
def test_records_from_before_and_after_a_change_of_form_have_one_pseudonym_each(
    receiver_key: str, record_ids: list[UUID]
) -> None:
    shown = [UPGRADED.of(receiver_key, each) for each in record_ids]

    assert [UPGRADED.resolve(receiver_key, each) for each in shown] == record_ids
    assert len(set(shown)) == len(shown)


def test_a_new_pseudonym_gives_way_to_that_of_an_earlier_record() -> None:
    ids = [UUID(int=first_id_at(datetime(7000, 1, 1, tzinfo=UTC)).int + n) for n in range(3000)]

    shown = [UPGRADED.of("a", each) for each in ids]

    moved = [each for each in ids if UPGRADED.of("a", each) != PSEUDONYMS.of("a", each)]
    assert len(moved) > 5
    assert [UPGRADED.resolve("a", each) for each in shown] == ids
    assert all(map(RFC_9562.fullmatch, map(str, shown)))


@given(KEYS, st.uuids())
def test_every_other_id_leads_back_to_itself_or_to_no_record(receiver_key: str, given_id: UUID) -> None:
    found = UPGRADED.resolve(receiver_key, given_id)

    assert UPGRADED.of(receiver_key, found) == given_id or found.version != 7


def test_records_from_before_keep_their_pseudonyms() -> None:
    assert str(UPGRADED.of("organisation-1", RECORD)) == "9df99247-05f5-fcac-eff6-5d1d70ea5cf1"


def test_pseudonyms_do_not_change_between_versions_of_the_hub() -> None:
    # Receivers store these ids: a change of label, cipher or derivation would orphan all of them.
    assert str(PSEUDONYMS.of("organisation-1", RECORD)) == "d0c7c498-472a-8cd2-a5c5-9e5fa06786d8"


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="must be 32 bytes"):
        Pseudonyms(bytes(length))
