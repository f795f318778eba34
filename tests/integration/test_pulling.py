import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.adapters.engine.puller import Puller
from app.database import Connection
from app.domain.codes import System
from app.domain.errors import CursorExpired, PartnerUnreachable
from app.domain.ports import Page
from app.operations.intake.apply import PageResult, apply_page
from app.operations.partners.lease import LeaseLost, PartnerLease, acquire_lease, leased_state
from app.operations.partners.state import pause_partner
from tests.support.hub import (
    AT_WIJKTEAM,
    NOW,
    InProcessHub,
    partner_record,
    unreadable,
    without_volatile,
)
from tests.support.scripted_source import ScriptedSource


async def test_the_cursor_moves_with_the_data(hub: InProcessHub) -> None:
    await hub.pull(partner_record("G-1", AT_WIJKTEAM), system=System.GIDSO, cursor="17")

    assert await hub.cursor(System.GIDSO) == "17"


async def test_a_page_within_a_round_leaves_the_cursor_where_it_was(hub: InProcessHub) -> None:
    await hub.pull(cursor="17")

    await hub.pull(partner_record("G-1", AT_WIJKTEAM), cursor=None)

    assert await hub.cursor() == "17"


async def test_neither_cursor_nor_data_is_kept_of_a_page_that_breaks(hub: InProcessHub) -> None:
    await hub.pull(cursor="17", system=System.GIDSO)
    before = await hub.dump()

    def break_off(tx: Connection) -> None:
        page = Page((partner_record("G-1", AT_WIJKTEAM), unreadable("G-2")), "18")
        assert apply_page(tx, hub.services, PartnerLease(System.GIDSO, "test"), "1", page).read == 2
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError, match="stops here"):
        await hub.db.write(break_off)

    assert await hub.dump() == before


async def test_only_one_process_at_a_time_has_the_lease(hub: InProcessHub) -> None:
    async def takes_turn(holder: str) -> bool:
        try:
            await hub.db.write(acquire_lease, hub.services, PartnerLease(System.ALLEGRO, holder))
        except LeaseLost:
            return False
        return True

    assert [await takes_turn("one"), await takes_turn("other"), await takes_turn("one")] == [True, False, True]
    hub.clock.set(NOW.replace(minute=NOW.minute + 2))
    assert [await takes_turn("other"), await takes_turn("one")] == [True, False]


async def test_a_process_that_lost_its_lease_applies_nothing_more(hub: InProcessHub) -> None:
    await hub.db.write(acquire_lease, hub.services, PartnerLease(System.GIDSO, "slow"))
    hub.clock.set(NOW.replace(minute=NOW.minute + 2))
    await hub.db.write(acquire_lease, hub.services, PartnerLease(System.GIDSO, "other"))
    before = await hub.dump()

    page = Page((partner_record("G-1", AT_WIJKTEAM),), "18")
    with pytest.raises(LeaseLost):
        await hub.db.write(apply_page, hub.services, PartnerLease(System.GIDSO, "slow"), "1", page)

    assert await hub.dump() == before


async def test_a_process_knows_its_own_lease_without_a_write(hub: InProcessHub) -> None:
    mine, other = PartnerLease(System.GIDSO, "test"), PartnerLease(System.GIDSO, "other")
    assert await hub.db.read(leased_state, mine) is None

    await hub.pull(cursor="17", system=System.GIDSO)

    state = await hub.db.read(leased_state, mine)
    assert state
    assert (state.cursor, state.is_failing) == ("17", False)
    assert await hub.db.read(leased_state, other) is None


async def test_a_paused_partner_cannot_be_leased(hub: InProcessHub) -> None:
    await hub.pull()
    await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer", "Allegro moves house.")

    assert await hub.db.read(leased_state, PartnerLease(System.ALLEGRO, "test")) is None
    with pytest.raises(LeaseLost):
        await hub.db.write(acquire_lease, hub.services, PartnerLease(System.ALLEGRO, "test"))


def puller(hub: InProcessHub, feed: ScriptedSource, holder: str = "test") -> Puller:
    return Puller(db=hub.db, services=hub.services, source=feed, holder=holder)


async def test_a_pull_continues_from_the_cursor_of_the_last_one(hub: InProcessHub) -> None:
    feed = ScriptedSource(Page((partner_record("G-1", AT_WIJKTEAM),), "5"), system=System.GIDSO)

    first, second = await puller(hub, feed).pull(), await puller(hub, feed).pull()

    assert (first, second) == (PageResult(applied=1), PageResult())
    assert feed.asked == [None, "5"]


async def test_pages_before_a_failure_stay_applied(hub: InProcessHub) -> None:
    feed = ScriptedSource(
        Page((partner_record("G-1", AT_WIJKTEAM),), "5"), PartnerUnreachable("no answer"), system=System.GIDSO
    )

    with pytest.raises(PartnerUnreachable):
        await puller(hub, feed).pull()

    assert await hub.cursor(System.GIDSO) == "5"
    assert len((await hub.dump())["referral"]) == 1


async def test_an_expired_cursor_reads_everything_again_and_changes_nothing(hub: InProcessHub) -> None:
    page = Page((partner_record("G-1", AT_WIJKTEAM),), "5")
    await puller(hub, ScriptedSource(page, system=System.GIDSO)).pull()
    before = without_volatile(await hub.dump())
    feed = ScriptedSource(CursorExpired("gone"), replace(page, cursor="6"), system=System.GIDSO)

    result = await puller(hub, feed).pull()

    assert (result, feed.asked) == (PageResult(unchanged=1), ["5", None])
    assert without_volatile(await hub.dump()) == before
    assert await hub.cursor(System.GIDSO) == "6"


async def test_a_loop_logs_how_many_records_it_quarantined(sqlite_hub: InProcessHub) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    feed = ScriptedSource(Page((unreadable("D-1"), unreadable("D-2")), "5"))
    feed.on_last = stop.set

    with capture_logs() as lines:
        await puller(hub, feed).run(stop, interval_seconds=0.001)

    [line, alert] = lines
    assert (line["event"], line["records"]) == ("partner_records_quarantined", 2)
    assert (alert["event"], alert["reason"], alert["field"]) == ("partner_quarantine_began", "unknown-code", "soort")


async def test_a_paused_partner_is_not_called(sqlite_hub: InProcessHub) -> None:
    hub = sqlite_hub
    await hub.pull()
    await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer", "Allegro moves house.")
    feed = ScriptedSource(Page((unreadable("D-1"),), "5"))

    await puller(hub, feed).round()

    assert await puller(hub, feed).pull() == PageResult()
    assert feed.asked == []


async def test_a_fault_in_what_one_partner_sends_ends_no_loop(sqlite_hub: InProcessHub) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    feed = ScriptedSource(RuntimeError("Jansen owes 5,000 euro"))
    feed.on_last = stop.set

    with capture_logs() as lines:
        await puller(hub, feed).run(stop, interval_seconds=0.001)

    [line] = lines
    assert (line["event"], line["reason"]) == ("partner_pull_failed", "RuntimeError")


async def test_a_stopped_loop_releases_its_lease_at_once(hub: InProcessHub) -> None:
    stop = asyncio.Event()
    first = ScriptedSource(Page((partner_record("G-1", AT_WIJKTEAM),), "5"), system=System.GIDSO)
    first.on_last = stop.set
    following = ScriptedSource(Page((), "6"), system=System.GIDSO)
    await puller(hub, first, holder="one process").run(stop, interval_seconds=0.001)

    await puller(hub, following, holder="the next").pull()

    assert following.asked == ["5"]
