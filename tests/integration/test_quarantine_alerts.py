"""Operators are notified of the quarantine once for each cause when it begins, and once when it ends."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from app.domain.codes import System
from app.domain.events import PARTNER_NOTICES, Event
from app.domain.partners import QuarantineCause
from app.domain.ports import Page, PartnerRecord, ReadError
from app.events.delivery.notices import Notice, content_of, quarantine_notice
from app.models.delivery.outbox import event
from app.operations.intake.quarantine import dismiss_quarantined
from app.operations.partners.state import partner_state
from tests.support.event_schemas import sent_data
from tests.support.hub import ATTEND, CONFIRM, NOW, SCHEDULE, InProcessHub, partner_record, unreadable
from tests.support.job_env import job_puller, new_job
from tests.support.scripted_source import ScriptedSource

UNKNOWN_KIND, UNKNOWN_FILE = ("unknown-code", "soort"), ("not-found", "record")


async def pulls(hub: InProcessHub, *records: PartnerRecord, holder: str = "test") -> None:
    """Pull these records in one round."""
    await job_puller(hub, ScriptedSource(Page(records, "5")), holder).round()


async def notices(hub: InProcessHub) -> list[tuple[str, str, str]]:
    """Return every notice about the quarantine, oldest first: its event, and its cause."""
    query = select(event.c.type, event.c.facts).where(event.c.type.in_(PARTNER_NOTICES)).order_by(event.c.position)
    rows = await hub.db.read(lambda tx: list(tx.execute(query)))
    facts = [(row.type.split(".")[3], row.facts) for row in rows]
    return [(name, each["quarantine.reason"], each["quarantine.field"]) for name, each in facts]


async def dismiss_all(hub: InProcessHub) -> None:
    for row in await hub.quarantine():
        await hub.db.write(dismiss_quarantined, hub.services, System.ALLEGRO, row.id, "beheer", "Made by mistake")


async def test_each_cause_is_announced_once_however_many_records_and_pulls_have_it(hub: InProcessHub) -> None:
    await pulls(hub, unreadable("D-1"), unreadable("D-2", "y"))
    await pulls(hub, unreadable("D-3", "z"))
    await pulls(hub, partner_record("D-4", CONFIRM), partner_record("D-4", ATTEND))

    assert await notices(hub) == [("failing", *UNKNOWN_KIND), ("failing", *UNKNOWN_FILE)]


async def test_a_cause_ends_when_no_record_has_it_any_more_and_can_begin_again(hub: InProcessHub) -> None:
    await pulls(hub, unreadable("D-1"), unreadable("D-2", "y"), partner_record("D-3", CONFIRM))
    first, *_ = await hub.quarantine()
    await hub.db.write(dismiss_quarantined, hub.services, System.ALLEGRO, first.id, "beheer", "Made by mistake")
    await pulls(hub)
    with_one_left = await notices(hub)
    await dismiss_all(hub)
    await pulls(hub)
    await pulls(hub, unreadable("D-4", "z"))

    begun = [("failing", *UNKNOWN_FILE), ("failing", *UNKNOWN_KIND)]
    assert with_one_left == begun
    assert await notices(hub) == [
        *begun,
        ("recovered", *UNKNOWN_FILE),
        ("recovered", *UNKNOWN_KIND),
        ("failing", *UNKNOWN_KIND),
    ]


async def test_another_worker_announces_nothing_again(hub: InProcessHub) -> None:
    await pulls(hub, unreadable("D-1"))
    hub.clock.set(NOW.replace(hour=12))

    await pulls(hub, unreadable("D-2", "y"), holder="another")

    assert len(await notices(hub)) == 1


async def test_a_record_that_is_refused_again_after_its_case_moved_ended_nothing(hub: InProcessHub) -> None:
    await hub.known_case("D-1")
    attended = partner_record("D-1", ATTEND, revision=3)
    later = partner_record("D-1", replace(SCHEDULE, place="Elsewhere"), revision=4, external_id="later")
    refused = replace(attended, commands=(), unread=ReadError("soort", "unknown-code", "No meaning here."))
    await pulls(hub, refused, later)
    before = await notices(hub)

    await pulls(hub, partner_record("D-1", SCHEDULE, revision=2, external_id="earlier"))

    assert before == await notices(hub) == [("failing", *UNKNOWN_KIND)]


async def test_a_dry_run_announces_nothing_and_a_backfill_is_announced_with_the_next_pull(hub: InProcessHub) -> None:
    feed = ScriptedSource(Page((unreadable("D-1"),), "5"), Page((), "5"), system=System.ALLEGRO)
    await new_job(hub, System.ALLEGRO, "backfill", dry_run=True)
    await job_puller(hub, feed, "test").round()
    after_dry_run = await notices(hub)
    await new_job(hub, System.ALLEGRO, "backfill")
    await job_puller(hub, ScriptedSource(Page((unreadable("D-1"),), "5")), "test").round()

    assert (after_dry_run, await notices(hub)) == ([], [("failing", *UNKNOWN_KIND)])


async def test_the_status_shows_since_when_until_it_is_over(hub: InProcessHub) -> None:
    await pulls(hub, unreadable("D-1"))
    begun = (await hub.db.read(partner_state, System.ALLEGRO, NOW)).quarantine_alerted_at
    await dismiss_all(hub)
    await pulls(hub)

    assert (begun, (await hub.db.read(partner_state, System.ALLEGRO, NOW)).quarantine_alerted_at) == (NOW, None)


def test_the_notice_names_the_cause_and_fits_its_schema() -> None:
    cause = QuarantineCause(*UNKNOWN_KIND)

    contents = [_content(quarantine_notice(System.GIDSO, cause, since)) for since in (NOW, None)]

    for event_type, content in zip(sorted(PARTNER_NOTICES), contents, strict=True):
        sent_data(event_type).validate(content)
    assert contents[0] == {
        "partner": {"system": "gidso"},
        "quarantine": {"reason": "unknown-code", "field": "soort"},
        "reason": "quarantine",
        "since": "2026-03-02T09:30:00Z",
        "occurredAt": "2026-03-02T09:30:00Z",
    }


def _content(notice: Notice) -> Mapping[str, object]:
    stored = Event(
        id=UUID(int=1),
        type=notice.type,
        subject_id=notice.subject_id,
        occurred_at=NOW,
        recorded_at=NOW,
        facts=notice.facts,
    )
    return content_of(stored, None).data
