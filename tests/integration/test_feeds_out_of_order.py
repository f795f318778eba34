"""A feed that jumps or goes back is noticed, reported once, and read without loss; on both stores, over HTTP."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from app.domain.codes import System
from app.domain.events import EventType
from app.domain.partners import JobKind, JobRequest
from app.events.delivery.notices import FEED
from app.operations.partners.jobs import request_job
from app.operations.partners.lease import PartnerLease, move_cursor
from tests.integration.test_odd_records import ROW, ROWS, account, rmw_row, set_up
from tests.support.hub import InProcessHub
from tests.support.raw_partner import Answer, RawPartner, raw_partner, soap_list

BY_NUMBER = ["allegro", "template"]
FAR = 1_000_000_000
STARTED, ENDED = EventType.PARTNER_FAILING, EventType.PARTNER_RECOVERED


def feed(name: str, *rows: Mapping[str, Any]) -> Answer:
    """Return what answers as a feed by number does."""

    def answer(asked: Mapping[str, str]) -> Response:
        if not asked["na"]:
            # Allegro's list of files, which a reconciliation reads too.
            return JSONResponse({"verwijzingen": []})
        found = [row for row in rows if row["volgnummer"] > int(asked["na"])]
        return JSONResponse({ROWS[name]: sorted(found, key=lambda row: int(row["volgnummer"]))[: int(asked["aantal"])]})

    return answer


def rows(name: str, *numbers: int, again: str = "") -> list[dict[str, Any]]:
    """Return changes with these numbers; ``again`` makes them others than those of a feed before."""
    key = "mutatieId" if name == "allegro" else "nummer"
    return [ROW[name](each, **({key: f"{again}-{each}"} if again else {})) for each in numbers]


async def reads(partner: RawPartner, answer: Answer) -> int:
    """Pull this feed; return how many records have arrived so far."""
    partner.answer = answer
    state = await partner.pull()
    assert state.failures == 0
    return (await account(partner))[0]


@pytest.mark.parametrize("name", BY_NUMBER)
@pytest.mark.parametrize("far", [FAR, 2**50, 50_000])
async def test_a_change_far_above_the_others_is_applied_and_hides_none_below_it(
    hub: InProcessHub, name: str, far: int
) -> None:
    await set_up(hub, name)
    async with raw_partner(hub, name, feed(name)) as partner:
        await reads(partner, feed(name, *rows(name, 1, 2, 3)))
        arrived = [await reads(partner, feed(name, *rows(name, 1, 2, 3, far)))]
        arrived.append(await reads(partner, feed(name, *rows(name, 1, 2, 3, 4, 5, far))))
        arrived.append(await reads(partner, feed(name, *rows(name, 1, 2, 3, 4, 5, 6, far, far + 1))))
        during = await partner.notices(FEED)
        arrived.append(await reads(partner, feed(name, *rows(name, 1, 2, 3, 4, 5, 6, 7))))
        after = await partner.notices(FEED)

    assert arrived == [4, 6, 8, 9]
    assert (during, after) == ([STARTED], [STARTED, ENDED])


@pytest.mark.parametrize("name", BY_NUMBER)
async def test_another_series_of_numbers_is_followed_once_many_changes_have_them(hub: InProcessHub, name: str) -> None:
    await set_up(hub, name)
    series = range(FAR, FAR + 150)
    async with raw_partner(hub, name, feed(name)) as partner:
        await reads(partner, feed(name, *rows(name, 1, 2, 3)))
        arrived = await reads(partner, feed(name, *rows(name, 1, 2, 3, *series)))
        cursor = await hub.cursor(partner.puller.source.system)

    assert arrived == 153
    assert int(cursor or 0) >= FAR


@pytest.mark.parametrize("name", BY_NUMBER)
async def test_a_feed_that_begins_far_from_the_start_is_in_order(hub: InProcessHub, name: str) -> None:
    await set_up(hub, name)
    async with raw_partner(hub, name, feed(name)) as partner:
        arrived = [
            await reads(partner, feed(name, *rows(name, FAR, FAR + 1))),
            await reads(partner, feed(name, *rows(name, FAR, FAR + 1, FAR + 2))),
        ]
        notices = await partner.notices(FEED)

    assert (arrived, notices) == ([2, 3], [])


@pytest.mark.parametrize("name", BY_NUMBER)
async def test_a_feed_restored_from_a_backup_is_read_again_without_loss(hub: InProcessHub, name: str) -> None:
    await set_up(hub, name)
    async with raw_partner(hub, name, feed(name)) as partner:
        await reads(partner, feed(name, *rows(name, *range(1, 21))))
        arrived = [await reads(partner, feed(name, *rows(name, *range(1, 11))))]
        arrived.append(await reads(partner, feed(name, *rows(name, *range(1, 11)), *rows(name, 11, 12, again="new"))))
        cursor = await hub.cursor(partner.puller.source.system)
        notices = await partner.notices(FEED)

    assert (arrived, cursor) == ([20, 22], "12")
    assert notices == [STARTED, ENDED]


async def test_numbers_used_again_after_a_backup_are_noticed_by_what_is_at_the_cursor(hub: InProcessHub) -> None:
    async with raw_partner(hub, "allegro", feed("allegro")) as partner:
        await reads(partner, feed("allegro", *rows("allegro", *range(1, 21))))
        old, new = rows("allegro", *range(1, 11)), rows("allegro", *range(11, 31), again="new")
        arrived = await reads(partner, feed("allegro", *old, *new))
        notices = await partner.notices(FEED)
        asked = len(partner.asked)
        await reads(partner, feed("allegro", *old, *new))

    assert (arrived, notices) == (40, [STARTED, ENDED])
    assert len(partner.asked) == asked + 1


@pytest.mark.parametrize("kind", [JobKind.RECONCILE, JobKind.BACKFILL])
@pytest.mark.parametrize("name", BY_NUMBER)
async def test_a_job_that_reads_everything_mends_the_cursor(hub: InProcessHub, name: str, kind: JobKind) -> None:
    await set_up(hub, name)
    source = feed(name, *rows(name, 1, 2, 3, FAR))
    async with raw_partner(hub, name, source) as partner:
        await reads(partner, source)
        system = partner.puller.source.system
        await hub.db.write(move_cursor, hub.services, PartnerLease(system, "test"), str(FAR))
        await hub.db.write(request_job, hub.services, system, "beheer", JobRequest(kind=kind))
        await reads(partner, source)
        arrived = await reads(partner, feed(name, *rows(name, 1, 2, 3, 4, FAR)))

    assert arrived == 5
    assert await hub.cursor(system) == "4"


async def test_a_list_of_rmw_that_names_a_far_position_is_read_without_gaps(hub: InProcessHub) -> None:
    await set_up(hub, "rmw")
    numbers = list(range(1, 1003))

    def answer(asked: Mapping[str, str]) -> Response:
        position = int(asked["body"].partition("vanafPositie>")[2].partition("<")[0])
        part = numbers[position - 1 : position + 499]
        following = f"<volgendePositie>{FAR}</volgendePositie>" if part else ""
        return Response(soap_list(*(rmw_row(each) for each in part), following=following), media_type="text/xml")

    async with raw_partner(hub, "rmw", answer) as partner:
        await partner.pull()
        arrived, notices = await account(partner), await partner.notices(FEED)

    assert (arrived, notices) == ((1002, 0), [STARTED])


async def test_a_round_of_gidso_that_does_not_move_on_is_a_failed_pull(hub: InProcessHub) -> None:
    await set_up(hub, "gidso")
    page = {"value": [ROW["gidso"](1)], "@odata.nextLink": "?$skiptoken=same"}
    async with raw_partner(hub, "gidso", lambda _: JSONResponse(page)) as partner:
        state = await partner.pull()

    assert (state.failures, state.system) == (1, System.GIDSO)
    assert (await account(partner))[0] == 1
