"""Every field has one class, and a less precise value is still true."""

from datetime import UTC, date, datetime

import pytest

from app.domain.codes import ReferrerKind, RejectionReason, RoutingAdvice
from app.domain.fields import TABLES, Field
from app.privacy.classification import (
    CLASS_OF,
    COARSENABLE,
    ID_FIELDS,
    INSIDE_ONLY,
    SUPPLIED_BY_REFERRER,
    coarsen,
)
from app.privacy.policy import RECEIVER_KINDS
from tests.support.privacy import FACTS


def test_every_field_has_a_class() -> None:
    assert set(CLASS_OF) == set(Field)


def test_no_field_has_two_classes() -> None:
    named = [spec.field for specs in TABLES for spec in specs]

    assert len(named) == len(set(named))


def test_every_id_field_is_known_as_one() -> None:
    ids = {field for field in Field if field.endswith(("id", "_id")) and not field.endswith("paid")}

    assert ids == ID_FIELDS


def test_the_sets_of_special_fields_do_not_overlap() -> None:
    assert not ID_FIELDS & INSIDE_ONLY | SUPPLIED_BY_REFERRER & (ID_FIELDS | INSIDE_ONLY)


def test_the_role_of_referrer_is_no_kind_of_receiver() -> None:
    assert "referrer" not in RECEIVER_KINDS
    assert set(ReferrerKind) < RECEIVER_KINDS


COARSENED: list[tuple[Field, object, object]] = [
    (Field.CLIENT_BIRTH_DATE, date(1980, 2, 29), 1980),
    (Field.CLIENT_BIRTH_DATE, "1980-02-29", 1980),
    (Field.REFERRAL_RECEIVED_AT, datetime(2026, 11, 1, 23, 30, tzinfo=UTC), date(2026, 11, 2)),
    (Field.APPOINTMENT_STARTS_AT, datetime(2026, 11, 12, 9, 0, tzinfo=UTC), date(2026, 11, 12)),
    (Field.OCCURRED_AT, "2026-06-30T22:30:00Z", date(2026, 7, 1)),
    (Field.OCCURRED_AT, "2026-11-30T22:30:00Z", date(2026, 11, 30)),
    (Field.REFERRAL_ADVICE, (RoutingAdvice.ALREADY_OPEN,), ()),
    (Field.REFERRAL_ADVICE, ["not_a_resident", "already_open"], ["not_a_resident"]),
    (Field.REFERRAL_FLAGS, ("awaiting_information", "contact_lost"), ("awaiting_information",)),
    (Field.REFERRAL_REJECTION_REASON, RejectionReason.WMO_INDICATION, RejectionReason.NOT_ELIGIBLE),
    (Field.REFERRAL_REJECTION_REASON, "already_known", RejectionReason.NOT_ELIGIBLE),
    (Field.REFERRAL_REJECTION_REASON, RejectionReason.INCOMPLETE, RejectionReason.INCOMPLETE),
]


def test_a_field_is_coarsened_as_the_table_says() -> None:
    assert [row for row in COARSENED if coarsen(*row[:2]) != row[2]] == []
    assert {field for field, _, _ in COARSENED} == COARSENABLE


def test_a_field_without_a_value_has_none_when_coarsened() -> None:
    assert [field for field in COARSENABLE if coarsen(field, None) is not None] == []


def coarsened_again(field: Field, coarse: object) -> object:
    """Return a value that is coarsened a second time; the value itself where that is refused."""
    try:
        return coarsen(field, coarse)
    except TypeError:
        return coarse


def test_coarsening_twice_is_coarsening_once_or_refused() -> None:
    once = {field: coarsen(field, FACTS[field]) for field in COARSENABLE}

    assert {field: coarsened_again(field, coarse) for field, coarse in once.items()} == once


def test_a_value_of_another_type_cannot_be_coarsened() -> None:
    for field in COARSENABLE - {Field.REFERRAL_REJECTION_REASON}:
        with pytest.raises(TypeError):
            coarsen(field, 3.5)


def test_a_moment_without_a_time_zone_cannot_be_coarsened() -> None:
    with pytest.raises(TypeError):
        coarsen(Field.OCCURRED_AT, datetime(2026, 11, 1, 23, 30))  # noqa: DTZ001 - the case under test
