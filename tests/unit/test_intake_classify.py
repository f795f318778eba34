"""What becomes of a partner's record: the truth table of the decision, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

from app.domain.codes import WithdrawalReason
from app.domain.commands import ConfirmReferral, WithdrawReferral
from app.domain.ports import PartnerRecord, ReadError
from app.models.partners.record import AppliedVersion
from app.operations.intake.classify import (
    WAITS,
    Apply,
    Classification,
    Filtered,
    Quarantine,
    QuarantinedVersion,
    RecordSituation,
    Unchanged,
    classify,
)

HASH, OTHER = b"this content", b"another content"
UNREAD = ReadError("soort", "unknown-code", "soort is no kind of change that the hub knows")
RECORD = PartnerRecord(
    kind="mutatie",
    external_id="1",
    case_id="D-1",
    version="1",
    payload={},
    occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
    commands=(ConfirmReferral(),),
    revision=5,
)
EMPTY = replace(RECORD, commands=())
UNREADABLE = replace(RECORD, commands=(), unread=UNREAD)
TAKEN_BACK = replace(RECORD, commands=(WithdrawReferral(WithdrawalReason.OTHER),))
NEW = RecordSituation(content_hash=HASH)
APPLIED = AppliedVersion(HASH, 5)
OPEN = QuarantinedVersion(content_hash=HASH, revision=5)

TABLE: Mapping[str, tuple[PartnerRecord, RecordSituation, Classification]] = {
    "a new record is applied": (RECORD, NEW, Apply()),
    "one that says nothing is filtered": (EMPTY, NEW, Filtered()),
    "one that cannot be read is quarantined for its own reason": (UNREADABLE, NEW, Quarantine(UNREAD)),
    "one behind a quarantined record of its case waits": (RECORD, replace(NEW, is_blocked=True), Quarantine(WAITS)),
    "one that cannot be read waits too": (UNREADABLE, replace(NEW, is_blocked=True), Quarantine(WAITS)),
    "taking back what the hub never had is filtered": (TAKEN_BACK, NEW, Filtered()),
    "taking back what it has is applied": (TAKEN_BACK, replace(NEW, case_is_known=True), Apply()),
    "what was applied comes again": (RECORD, replace(NEW, applied=APPLIED), Unchanged()),
    "new content of a known record is applied": (RECORD, replace(NEW, applied=AppliedVersion(OTHER, 4)), Apply()),
    "an older revision than applied": (RECORD, replace(NEW, applied=AppliedVersion(OTHER, 6)), Unchanged()),
    "without a revision nothing is older": (
        replace(RECORD, revision=None),
        replace(NEW, applied=AppliedVersion(OTHER, 6)),
        Apply(),
    ),
    "what was applied ends the quarantine of the same content": (
        RECORD,
        replace(NEW, applied=APPLIED, quarantined=OPEN),
        Unchanged(ends_quarantine=True),
    ),
    "what was applied ends the quarantine of an older revision": (
        RECORD,
        replace(NEW, applied=APPLIED, quarantined=QuarantinedVersion(content_hash=OTHER, revision=4)),
        Unchanged(ends_quarantine=True),
    ),
    "what was applied leaves the quarantine of a newer revision": (
        RECORD,
        replace(NEW, applied=APPLIED, quarantined=QuarantinedVersion(content_hash=OTHER, revision=6)),
        Unchanged(),
    ),
    "an older revision than the quarantined one": (
        RECORD,
        replace(NEW, quarantined=QuarantinedVersion(content_hash=OTHER, revision=6)),
        Unchanged(),
    ),
    "a newer revision than the quarantined one is applied": (
        RECORD,
        replace(NEW, quarantined=QuarantinedVersion(content_hash=OTHER, revision=4)),
        Apply(),
    ),
}


def test_every_row_of_the_truth_table_holds() -> None:
    wrong = {
        name: (classify(record, situation), expected)
        for name, (record, situation, expected) in TABLE.items()
        if classify(record, situation) != expected
    }

    assert wrong == {}


def test_quarantined_content_that_comes_unchanged_is_tried_again_only_when_it_may_fare_better() -> None:
    wrong = []
    flags = product((False, True), repeat=6)
    for waits, is_unreadable, is_dismissed, blocked, moved, retries in flags:
        same = replace(OPEN, waits=waits, is_unreadable=is_unreadable, is_dismissed=is_dismissed)
        situation = replace(
            NEW, quarantined=same, same_content=same, is_blocked=blocked, case_moved=moved, retries=retries
        )
        better = not is_dismissed and (retries or (not blocked and (waits or is_unreadable or moved)))
        expected: Classification = (Quarantine(WAITS) if blocked else Apply()) if better else Unchanged()
        if classify(RECORD, situation) != expected:
            wrong.append((same, situation, expected))

    assert wrong == []


def test_what_still_cannot_be_read_is_left_until_it_is_retried() -> None:
    situation = replace(NEW, quarantined=OPEN, same_content=replace(OPEN, is_unreadable=True), case_moved=True)

    assert classify(UNREADABLE, situation) == Unchanged()
    assert classify(UNREADABLE, replace(situation, retries=True)) == Quarantine(UNREAD)
