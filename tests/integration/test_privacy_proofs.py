"""Proofs over a whole course of a referral: what a referrer reads, gets and can ask reveals nothing that is withheld.

The proofs of the gate itself need no database: ``tests/unit/test_privacy_matrix.py``,
``tests/unit/test_privacy_influence.py`` and ``tests/unit/test_privacy_plan.py``.
"""

from collections.abc import Iterator
from uuid import UUID

import structlog

from app.bootstrap import build_delivery_builder
from app.database import Connection
from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion
from app.domain.events import OCCASION_OF
from app.domain.queries import ReferralQuery, TrajectoryQuery
from app.domain.values import Organisation
from app.models.delivery.disclosure import disclosures_about
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.lists import page_of_referrals, page_of_trajectories
from app.operations.cases.queries import (
    read_appointments,
    read_history,
    read_referral,
    referral_actions,
)
from app.operations.disclosure.explanation import explain
from app.operations.subscriptions.feed import EventFeed
from app.operations.subscriptions.preview import PreviewRequest, preview_for
from app.privacy.policy import REFERRER_KINDS
from tests.support.hub import InProcessHub, dump_of, unreadable
from tests.support.lives import as_disclosed
from tests.support.privacy import POLICY, release_for
from tests.support.privacy_canaries import CANARIES, COURSE, ORIGIN, found_in, referred
from tests.support.subscriptions import subscription

KINDS = sorted(REFERRER_KINDS)
TO_REFERRERS = [each for each, occasion in OCCASION_OF.items() if occasion is not None]


def feed_of(hub: InProcessHub, owner: Organisation) -> EventFeed:
    return EventFeed(hub.services, build_delivery_builder(hub.services, ORIGIN), owner)


def everything_read(
    tx: Connection, hub: InProcessHub, caller_scope: CallerScope, referral_id: UUID
) -> Iterator[tuple[str, object]]:
    """Return all that a referrer reads of a referral, by what it asks for."""
    services = hub.services
    yield "referral", as_disclosed(services, caller_scope, read_referral(tx, services, caller_scope, referral_id))
    yield "appointments", [each.digest for each in read_appointments(tx, services, caller_scope, referral_id)]
    yield "history", read_history(tx, services, caller_scope, referral_id)
    yield "actions", referral_actions(tx, services, caller_scope, referral_id)
    referrals, _ = page_of_referrals(
        tx, services, caller_scope, ReferralQuery(visibility=caller_scope.visibility, limit=10)
    )
    yield "list", [each.digest for each in referrals]
    trajectories, _ = page_of_trajectories(
        tx, services, caller_scope, TrajectoryQuery(visibility=caller_scope.visibility, limit=10)
    )
    yield "trajectories", [each.digest for each in trajectories]


async def read_all(hub: InProcessHub, caller_scope: CallerScope, referral_id: UUID) -> dict[str, object]:
    return await hub.db.read(lambda tx: dict(everything_read(tx, hub, caller_scope, referral_id)))


async def explained(hub: InProcessHub, owner: Organisation, referral_id: UUID) -> dict[str, object]:
    """Return every explanation and every preview that a referrer can ask for."""
    now, caller_scope = hub.services.clock.now(), CallerScope(owner)
    stored = subscription(owner.id, now, id=UUID(int=1))

    def all_of(tx: Connection) -> dict[str, object]:
        asked: dict[str, object] = {
            each: explain(tx, hub.services, caller_scope, referral_id, each)
            for each in (*FEEDBACK_MOMENTS, DisclosureOccasion.READING)
        }
        return asked | {
            each: preview_for(tx, hub.services, caller_scope, stored, PreviewRequest(referral_id, each))
            for each in TO_REFERRERS
        }

    return await hub.db.read(all_of)


async def readings_that_change(hub: InProcessHub, kind: str) -> list[tuple[str, str]]:
    """Return step and reading where a step that is not disclosed to this kind changes what it reads."""
    owner, referral_id = await referred(hub, kind)
    caller_scope, found = CallerScope(owner), []
    before = await read_all(hub, caller_scope, referral_id)
    for fact in COURSE:
        known = len(await hub.events(referral_id))
        await hub.execute(referral_id, fact)
        after = await read_all(hub, caller_scope, referral_id)
        occasions = [OCCASION_OF[each.event.type] for each in (await hub.events(referral_id))[known:]]
        if not any(occasion and POLICY.agrees(kind, occasion) for occasion in occasions):
            found += [(type(fact).__name__, name) for name in before if before[name] != after[name]]
        before = after
    return found


async def test_a_step_that_is_not_disclosed_changes_no_byte_of_any_reading(sqlite_hub: InProcessHub) -> None:
    found = {kind: await readings_that_change(sqlite_hub, kind) for kind in KINDS}

    assert found == {kind: [] for kind in KINDS}


async def answers_that_change(hub: InProcessHub, kind: str) -> list[tuple[str, str]]:
    """Return step and question where an explanation or preview changes before the step was handed out."""
    owner, referral_id = await referred(hub, kind)
    feed, found = feed_of(hub, owner), []
    handed_out = (await hub.db.write(feed.next_page, 0, 100)).last_number
    before = await explained(hub, owner, referral_id)
    for fact in COURSE:
        await hub.execute(referral_id, fact)
        after = await explained(hub, owner, referral_id)
        page = await hub.db.write(feed.next_page, handed_out, 100)
        handed_out = page.last_number
        if not page.events:
            found += [(type(fact).__name__, asked) for asked in before if before[asked] != after[asked]]
        # What was handed out is disclosed, and shows from then on.
        before = await explained(hub, owner, referral_id) if page.events else after
    return found


async def test_no_explanation_or_preview_shows_a_fact_before_it_is_disclosed(sqlite_hub: InProcessHub) -> None:
    found = {kind: await answers_that_change(sqlite_hub, kind) for kind in KINDS}

    assert found == {kind: [] for kind in KINDS}


async def excess_over_a_course(hub: InProcessHub, kind: str) -> list[object]:
    """Return what a referrer reads, gets by events or is explained over a whole course beyond the matrix."""
    owner, referral_id = await referred(hub, kind)
    await hub.execute(referral_id, *COURSE)
    caller_scope = CallerScope(owner)
    widest = {occasion: set(release_for(kind, occasion).fields) for occasion in DisclosureOccasion}

    read = await hub.db.read(read_referral, hub.services, caller_scope, referral_id)
    page = await hub.db.write(feed_of(hub, owner).next_page, 0, 100)
    disclosures = await hub.db.read(disclosures_about, referral_id)
    explanations = await explained(hub, owner, referral_id)

    found: list[object] = [("read", field) for field in set(read.fields) - widest[DisclosureOccasion.READING]]
    found += [
        (each.event_type, set(each.fields) - widest[DisclosureOccasion(str(each.moment))])
        for each in disclosures
        if not set(each.fields) <= widest[DisclosureOccasion(str(each.moment))]
    ]
    if not 0 < len(disclosures) == len(page.events):
        found.append(f"{len(disclosures)} disclosures of {len(page.events)} events")
    found += [("event", canary) for canary in found_in(b" ".join(page.events).decode())]
    return found + [("explanation", canary) for canary in found_in(repr(explanations))]


async def test_what_is_read_sent_and_explained_over_a_whole_course_stays_within_the_matrix(
    sqlite_hub: InProcessHub,
) -> None:
    found = {kind: await excess_over_a_course(sqlite_hub, kind) for kind in KINDS}

    assert found == {kind: [] for kind in KINDS}


async def test_no_canary_is_in_any_row_or_log_line(hub: InProcessHub) -> None:
    with structlog.testing.capture_logs() as lines:
        owner, referral_id = await referred(hub, "welzijnsorganisatie")
        await hub.execute(referral_id, *COURSE)
        await hub.db.write(feed_of(hub, owner).next_page, 0, 100)
        await hub.pull(unreadable("D-1", **{name.replace(" ", "_"): canary for name, canary in CANARIES.items()}))

    rows = repr(await hub.db.read(dump_of))

    assert found_in(rows) == []
    assert found_in(repr(lines)) == []
