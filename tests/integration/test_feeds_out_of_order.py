"""A feed that jumps or goes back is noticed, reported once, and read without loss; on both stores, over HTTP."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from starlette.responses import JSONResponse, Response

from app.adapters.common.progress import MOST_REPEATED
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.partners import JobKind, JobRequest, JobState
from app.events.delivery.notices import FEED
from app.operations.partners.jobs import find_job, request_job
from app.operations.partners.lease import PartnerLease, move_cursor
from tests.integration.test_odd_records import ROW, ROWS, account, rmw_row, set_up
from tests.support.hub import InProcessHub
from tests.support.raw_partner import Answer, RawPartner, raw_partner, says, soap_list

BY_NUMBER = ["allegro", "template"]
FAR = 1_000_000_000
END = JSONResponse({"value": [], "@odata.deltaLink": "?$deltatoken=t"})
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


def position_in(asked: Mapping[str, str]) -> int:
    """Return the position at which a list of RMW is asked for."""
    return int(asked["body"].partition("vanafPositie>")[2].partition("<")[0])


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
        position = position_in(asked)
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


def of_gidso(rows_of: Callable[[int], list[Any]]) -> Answer:
    """Return what answers with ever another next page, with the rows of its number."""
    numbers = count(1)

    def answer(_: Mapping[str, str]) -> Response:
        number = next(numbers)
        return JSONResponse({"value": rows_of(number), "@odata.nextLink": f"?$skiptoken={number}"})

    return answer


def of_rmw(registrations: Sequence[str], step: int) -> Answer:
    """Return what answers with these registrations at any position, and with a next position."""

    def answer(asked: Mapping[str, str]) -> Response:
        following = f"<volgendePositie>{position_in(asked) + step}</volgendePositie>"
        return Response(soap_list(*registrations, following=following), media_type="text/xml")

    return answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("gidso", of_gidso(lambda _: [])),
        ("gidso", of_gidso(lambda _: [ROW["gidso"](1)])),
        ("gidso", of_gidso(lambda number: [ROW["gidso"](number % 3)])),
        ("rmw", of_rmw([], 1)),
        ("rmw", of_rmw([rmw_row(1)], 500)),
    ],
    ids=["empty pages", "the same page", "three pages in turn", "empty parts", "the same part"],
)
async def test_a_list_that_does_not_end_is_a_failed_pull(hub: InProcessHub, name: str, answer: Answer) -> None:
    await set_up(hub, name)
    async with raw_partner(hub, name, answer) as partner:
        state = await partner.pull()

    assert state.failures == 1
    assert state.last_error
    assert state.last_error.endswith("does not move on; trying again later")


@pytest.mark.parametrize(
    "link",
    [
        "?$deltatoken=" + "x" * 70_000,
        "?$deltatoken=a%00b",
        "?$deltatoken=",
        "?$deltatoken=\ud83d",
        "http://[::1?$deltatoken=x",
        "?other=x",
    ],
    ids=ascii,
)
async def test_a_place_that_no_call_can_name_is_not_stored(hub: InProcessHub, link: str) -> None:
    await set_up(hub, "gidso")
    async with raw_partner(hub, "gidso", lambda _: END) as partner:
        await partner.pull()
        partner.answer = says(json.dumps({"value": [], "@odata.deltaLink": link}))
        failed = await partner.pull()
        assert failed.retry_at
        hub.clock.set(failed.retry_at)
        arrived = await reads(partner, says({"value": [ROW["gidso"](1)], "@odata.deltaLink": "?$deltatoken=u"}))

    assert (failed.failures, failed.cursor, arrived) == (1, "t", 1)


async def test_empty_pages_before_others_are_passed(hub: InProcessHub) -> None:
    await set_up(hub, "gidso")
    answer = of_gidso(lambda number: [] if number <= MOST_REPEATED else [ROW["gidso"](number)])

    async with raw_partner(hub, "gidso", lambda asked: answer(asked) if len(partner.asked) < 30 else END) as partner:
        state = await partner.pull()
        arrived = await account(partner)

    assert (state.failures, arrived) == (0, (29 - MOST_REPEATED, 0))


async def test_a_list_of_files_that_does_not_end_fails_the_comparison(hub: InProcessHub) -> None:
    listed = [{"externReferentie": str(UUID(int=1)), "dossiernummer": "A-1"}]
    page = {"verwijzingen": listed, "mutaties": []}
    async with raw_partner(hub, "allegro", lambda _: JSONResponse(page)) as partner:
        await partner.pull()
        request = JobRequest(kind=JobKind.RECONCILE, dry_run=True)
        job = await hub.db.write(request_job, hub.services, System.ALLEGRO, "beheer", request)
        await partner.pull()
        done = await hub.db.read(find_job, System.ALLEGRO, job.id)

    assert done.state is JobState.FAILED
    assert "does not move on" in str(done.result)
