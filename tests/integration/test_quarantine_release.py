"""How a record leaves the quarantine: read again, dismissed, expired, or replaced by a newer one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from typing_extensions import override

from app.adapters.engine.puller import Puller
from app.domain.codes import ReferralStatus, System, WithdrawalReason
from app.domain.commands import PauseTrajectory, WithdrawReferral
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord, ReadError
from app.models.partners.run import list_runs
from app.operations.intake.apply import PageResult
from app.operations.intake.quarantine import (
    dismiss_quarantined,
    has_unblocked_cases,
    retry_quarantined,
    retry_unblocked,
)
from app.operations.retention import purge_batch
from app.reference import load_reference
from tests.support.hub import (
    ATTEND,
    CONCLUDE,
    NOW,
    SCHEDULE,
    InProcessHub,
    partner_record,
    unreadable,
)
from tests.support.scripted_source import ScriptedSource

TAKE_BACK = WithdrawReferral(WithdrawalReason.SUPPORT_STOPPED)

KEEP = load_reference("rotterdam").retention.quarantine


class Reader:
    """A partner whose records are read again by what the test says of them."""

    system = System.ALLEGRO
    mapping_version = "2"

    def __init__(self, *readable: PartnerRecord) -> None:
        self.readable = {record.external_id: record for record in readable}

    def changes(self, cursor: str | None) -> Any:
        raise AssertionError("a retry asks the partner nothing")

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        record = PartnerRecord(**vars(quarantined))
        if (known := self.readable.get(quarantined.external_id)) is None:
            return replace(record, unread=ReadError("soort", "unknown-code", "still unknown"))
        return replace(record, commands=known.commands)

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> None:
        raise AssertionError("nothing is missed here")


class FixedSource(ScriptedSource):
    """A feed whose quarantined records can be read again."""

    @override
    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        return replace(super().remap(quarantined), commands=ATTENDED.commands)


async def retry(hub: InProcessHub, reader: Reader, ids: list[UUID] | None = None) -> PageResult:
    return await hub.db.write(retry_quarantined, hub.services, reader, ids)


SCHEDULED = partner_record("D-1", SCHEDULE, external_id="m-7")
ATTENDED = partner_record("D-1", ATTEND, external_id="m-8")
CONCLUDED = partner_record("D-1", CONCLUDE, external_id="m-9")


async def test_a_corrected_mapping_applies_the_whole_case_in_order(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)
    await hub.pull(CONCLUDED)
    [blocker, *_] = await hub.quarantine()

    result = await retry(hub, Reader(SCHEDULED, ATTENDED, CONCLUDED), [blocker.id])

    assert result == PageResult(applied=3)
    assert (await hub.steps(referral_id))[2:] == ["schedule", "attend", "conclude", "open"]
    assert await hub.quarantine() == []
    assert [row.payload for row in await hub.quarantine("applied")] == [None, None, None]
    run = (await hub.db.read(list_runs, System.ALLEGRO, 1))[0]
    assert (run.kind, run.mapping_version, run.read, run.applied) == ("retry", "2", 3, 3)


async def test_a_retry_without_a_corrected_mapping_leaves_each_record_under_its_own_id(hub: InProcessHub) -> None:
    await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)
    before = await hub.quarantine()

    result = await retry(hub, Reader(ATTENDED))

    assert result == PageResult(quarantined=2)
    after = await hub.quarantine()
    assert [row.id for row in after] == [row.id for row in before]
    assert [row.reason for row in after] == ["unknown-code", "waits-for-earlier"]
    assert [row.payload for row in after] == [row.payload for row in before]


async def test_a_retry_stores_why_a_waiting_record_is_refused_now(hub: InProcessHub) -> None:
    await hub.known_case()
    paused = partner_record("D-1", PauseTrajectory(), external_id="m-8")
    await hub.pull(unreadable("D-1", "m-7"), paused)

    result = await retry(hub, Reader(SCHEDULED, paused))

    assert result == PageResult(applied=1, quarantined=1)
    assert [(row.external_id, row.reason) for row in await hub.quarantine()] == [("m-8", "transition-not-allowed")]


async def test_a_retry_does_not_touch_other_cases(hub: InProcessHub) -> None:
    await hub.known_case("D-1")
    await hub.known_case("D-2")
    await hub.pull(unreadable("D-1", "m-7"), unreadable("D-2", "m-8"))
    [one, other] = await hub.quarantine()

    await retry(hub, Reader(SCHEDULED, ATTENDED), [one.id])

    assert [row.id for row in await hub.quarantine()] == [other.id]


async def test_a_retry_of_nothing_stores_no_run(hub: InProcessHub) -> None:
    assert await retry(hub, Reader()) == PageResult()

    assert await hub.db.read(list_runs, System.ALLEGRO, 1) == []


async def test_a_record_that_a_newer_version_replaced_cannot_be_retried(hub: InProcessHub) -> None:
    await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"))
    [overtaken] = await hub.quarantine()
    await hub.pull(SCHEDULED)

    with pytest.raises(Conflict, match=r"overtaken.*when everything of this partner is read"):
        await retry(hub, Reader(), [overtaken.id])


async def test_an_unknown_record_can_be_neither_retried_nor_dismissed(hub: InProcessHub) -> None:
    nothing = UUID(int=1)

    with pytest.raises(NotFound, match="list the quarantine"):
        await retry(hub, Reader(), [nothing])
    with pytest.raises(NotFound, match="list the quarantine"):
        await dismiss(hub, nothing)


async def dismiss(hub: InProcessHub, quarantine_id: UUID, reason: str = "test data at the partner") -> None:
    await hub.db.write(dismiss_quarantined, hub.services, System.ALLEGRO, quarantine_id, "operator-1", reason)


async def test_a_dismissed_record_loses_its_payload_and_keeps_who_and_why(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1", "m-7"))
    [entry] = await hub.quarantine()

    await dismiss(hub, entry.id)

    [row] = await hub.quarantine("dismissed")
    assert (row.payload, row.decided_by, row.decision) == (None, "operator-1", "test data at the partner")
    with pytest.raises(Conflict, match="dismissed"):
        await dismiss(hub, entry.id)


async def test_a_dismissal_needs_a_reason(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1", "m-7"))
    [entry] = await hub.quarantine()

    with pytest.raises(InvalidInput, match="why"):
        await dismiss(hub, entry.id, " ")

    assert (await hub.quarantine())[0].payload == entry.payload


async def test_records_that_waited_for_a_dismissed_one_are_applied(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)
    await dismiss(hub, (await hub.quarantine())[0].id)

    result = await retry(hub, Reader(ATTENDED))

    assert result == PageResult(applied=1)
    assert await hub.status(referral_id) is ReferralStatus.ATTENDED


async def test_a_dismissed_record_stays_out_and_a_newer_version_is_applied(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"))
    await dismiss(hub, (await hub.quarantine())[0].id)

    again = await hub.pull(unreadable("D-1", "m-7"), kind="reconcile")
    newer = await hub.pull(replace(SCHEDULED, version="2"))

    assert (again, newer) == (PageResult(unchanged=1), PageResult(applied=1))
    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED


async def test_a_payload_is_deleted_after_its_term_and_no_sooner(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1", "m-7"))
    hub.clock.set(NOW + timedelta(days=1))
    await hub.pull(unreadable("D-2", "m-8"))
    hub.clock.set(NOW + KEEP + timedelta(hours=1))

    await purge_batch(hub.db, hub.services)

    assert [(row.external_id, row.payload) for row in await hub.quarantine("expired")] == [("m-7", None)]
    assert [row.external_id for row in await hub.quarantine()] == ["m-8"]


async def test_an_expired_record_is_not_stored_again_and_is_applied_once_it_can_be_read(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"))
    hub.clock.set(NOW + KEEP + timedelta(hours=1))
    await purge_batch(hub.db, hub.services)

    still_unknown = await hub.pull(unreadable("D-1", "m-7"), kind="backfill")
    corrected = await hub.pull(replace(SCHEDULED, payload=unreadable("D-1").payload))

    assert (still_unknown, corrected) == (PageResult(unchanged=1), PageResult(applied=1))
    assert await hub.quarantine() == []
    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED


async def test_a_record_that_can_be_read_by_now_is_applied_when_it_comes_again(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"))

    result = await hub.pull(replace(SCHEDULED, payload=unreadable("D-1").payload))

    assert result == PageResult(applied=1)
    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED
    assert len(await hub.quarantine("applied")) == 1


async def test_an_older_version_does_not_replace_a_quarantined_one(hub: InProcessHub) -> None:
    await hub.known_case()
    await hub.pull(replace(unreadable("D-1", "m-7"), revision=3))

    result = await hub.pull(replace(SCHEDULED, revision=2))

    assert result == PageResult(unchanged=1)
    assert [row.revision for row in await hub.quarantine()] == [3]


async def test_a_withdrawal_ends_the_quarantine_of_a_referral_that_never_came(hub: InProcessHub) -> None:
    await hub.pull(unreadable("G-1", "G-1"), system=System.GIDSO)

    result = await hub.pull(partner_record("G-1", TAKE_BACK, external_id="G-1"), system=System.GIDSO)

    assert result == PageResult(filtered=1)
    assert await hub.quarantine(system=System.GIDSO) == []


async def test_records_that_waited_for_a_corrected_one_are_applied_after_the_pull(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)
    assert not await hub.db.read(has_unblocked_cases, System.ALLEGRO)
    await hub.pull(replace(SCHEDULED, version="2"))
    assert await hub.db.read(has_unblocked_cases, System.ALLEGRO)

    result = await hub.db.write(retry_unblocked, hub.services, Reader(ATTENDED))

    assert result == PageResult(applied=1)
    assert await hub.status(referral_id) is ReferralStatus.ATTENDED
    assert not await hub.db.read(has_unblocked_cases, System.ALLEGRO)


async def test_a_case_with_a_blocking_record_is_not_unblocked(hub: InProcessHub) -> None:
    await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)

    assert await hub.db.write(retry_unblocked, hub.services, Reader(SCHEDULED, ATTENDED)) == PageResult()
    assert len(await hub.quarantine()) == 2


async def test_a_pull_applies_what_waits_for_nothing_any_more(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), ATTENDED)
    feed = FixedSource(Page((replace(SCHEDULED, version="2"),), "2"), Page((), "2"))

    await Puller(db=hub.db, services=hub.services, source=feed, holder="test").pull()

    assert await hub.status(referral_id) is ReferralStatus.ATTENDED
    assert await hub.quarantine() == []


async def test_a_withdrawal_after_the_end_of_a_referral_changes_nothing(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    before = await hub.steps(referral_id)

    result = await hub.pull(partner_record("D-1", TAKE_BACK, external_id="m-10"))

    assert result == PageResult(applied=1)
    assert await hub.steps(referral_id) == before
    assert await hub.quarantine() == []


async def test_a_corrected_record_does_not_wait_for_records_that_wait_for_it(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    spoilt, waiting = replace(unreadable("D-1", "m-7"), revision=32), replace(ATTENDED, revision=33)
    await hub.pull(spoilt, waiting)
    assert len(await hub.quarantine()) == 2

    result = await hub.pull(replace(SCHEDULED, revision=52), replace(ATTENDED, revision=53))

    assert result == PageResult(applied=2)
    assert await hub.status(referral_id) is ReferralStatus.ATTENDED
    assert await hub.quarantine() == []
