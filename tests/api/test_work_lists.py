"""Terms on the record, and the lists of work: who reads them, in which order, and what ends up in which."""

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import null, update

from app.api.state import AppState
from app.database import Connection
from app.domain.codes import OrganisationRole, System
from app.domain.commands import ActionContext, ScheduleIntake
from app.models.cases.referral import referral as stored_referral
from app.operations.access.clients import save_client
from app.operations.cases.execute import ReferralRef, execute
from app.operations.cases.queries import find_referral
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services
from app.sandbox.runtime import SettableClock
from tests.api.conftest import SECRET, SignIn
from tests.support.api_calls import Json, attempt, concluded, fault, path_for, read, refer, referral, step, unanswered
from tests.support.statements import sent_statements

Api = httpx.AsyncClient
LISTS = ("mine", "overdue", "awaiting-referrer", "awaiting-counsellor")
COUNSELLOR = {"name": "B. Bakker", "phone": "+31 10 555 01 00"}
PLANNED = {"startsAt": "2026-03-09T10:00:00+01:00"}
THREE_WAY = PLANNED | {"threeWay": True}


async def taken_on(referrer: Api, etf: Api, reference: str, counsellor: str = "B. Bakker") -> str:
    """Return the finance team's path of a new referral that is confirmed."""
    await refer(referrer, reference=reference)
    path = await path_for(etf, reference)
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": counsellor}})
    return path


async def listed(api: Api, name: str, query: str = "") -> list[str]:
    """Return the references in a list of work."""
    return [each["reference"] for each in (await read(api, f"/work-lists/{name}{query}"))["items"]]


def due(body: Json) -> dict[str, tuple[str, str]]:
    """Return the last day and the state of the terms that run, by code, in their order."""
    return {each["code"]: (each["dueOn"], each["state"]) for each in body["terms"]}


async def test_the_finance_team_reads_the_terms_that_run_and_how_they_are_now(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    fresh = await read(etf, path)
    clock.set(datetime(2026, 3, 3, 6, tzinfo=UTC))
    later = await read(etf, path)
    clock.set(datetime(2026, 3, 3, 9, 30, tzinfo=UTC))
    late = await read(etf, path)

    assert due(fresh) == {
        "confirmation": ("2026-03-03", "running"),
        "contact": ("2026-03-04", "running"),
        "intake": ("2026-03-16", "running"),
    }
    assert due(later) == due(fresh) | {
        "confirmation": ("2026-03-03", "approaching"),
        "contact": ("2026-03-04", "approaching"),
    }
    assert due(late)["confirmation"] == ("2026-03-03", "breached")
    assert fresh["terms"][0]["label"] == "Aanmelding verwerken en bevestigen"
    assert {each["bound"] for each in fresh["terms"]} == {"finance_team"}
    assert fresh["awaited"] == [{"of": "finance_team", "step": "confirmation", "since": "2026-03-02T09:30:00Z"}]


async def test_a_term_shows_since_when_it_is_paused_and_why_it_was_extended(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    path = f"/referrals/{(await read(etf, await concluded(dock, etf, 'A-1')))['referral']['id']}"
    await step(
        etf, f"{path}/term-extensions", {"term": "decision", "dueOn": "2026-07-01", "reason": "awaiting_third_party"}
    )
    clock.set(datetime(2026, 3, 4, 8, tzinfo=UTC))

    paused = await step(etf, f"{path}/awaited-information")
    (term,) = paused["terms"]

    assert (term["dueOn"], term["state"]) == ("2026-07-01", "paused")
    assert (term["pausedSince"], term["extensionReason"]) == ("2026-03-04T08:00:00Z", "awaiting_third_party")
    assert [each["step"] for each in paused["awaited"]] == ["information"]
    assert due(await step(etf, f"{path}/received-information")) == {"decision": ("2026-07-01", "running")}


async def test_the_tag_of_the_finance_team_changes_with_a_term_and_that_of_the_referrer_does_not(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    own = f"/v1/referrals/{(await refer(dock, reference='A-1'))['id']}"
    path = await path_for(etf, "A-1")
    before = [await dock.get(own), await etf.get(f"/v1{path}")]

    clock.set(datetime(2026, 3, 3, 9, 30, tzinfo=UTC))
    after = [await dock.get(own), await etf.get(f"/v1{path}")]
    stale = await etf.post(f"/v1{path}/confirmation", json={}, headers={"If-Match": before[1].headers["etag"]})

    same = [old.headers["etag"] == new.headers["etag"] for old, new in zip(before, after, strict=True)]
    assert same == [True, False]
    assert stale.status_code == 412
    assert (await attempt(etf, f"{path}/confirmation")).status_code == 200


async def test_a_case_from_before_there_were_terms_is_read_as_it_is_for_a_change(
    dock: Api, etf: Api, hub: AppState
) -> None:
    path = await taken_on(dock, etf, "old")
    before = await read(etf, path)

    await hub.db.write(lambda tx: tx.execute(update(stored_referral).values(term_facts=null())))

    assert await read(etf, path) == before
    after = due(await step(etf, f"{path}/lost-contact", {"lostOn": "2026-03-02"}))
    assert after == {**due(before), "restore_contact": ("2026-03-09", "running")}


async def test_a_term_says_who_has_to_be_in_time(dock: Api, etf: Api) -> None:
    path = await taken_on(dock, etf, "A-1")

    lost = await step(etf, f"{path}/lost-contact", {"lostOn": "2026-03-02"})

    bound = {each["code"]: each["bound"] for each in lost["terms"]}
    assert bound == {"contact": "finance_team", "restore_contact": "referrer", "intake": "finance_team"}


async def test_terms_are_for_the_finance_team_and_the_credit_bank(dock: Api, court: Api, etf: Api, bank: Api) -> None:
    for referrer, reference in ((dock, "A-1"), (court, "C-1")):
        trajectory = await concluded(referrer, etf, reference)
        path = f"/referrals/{(await read(etf, trajectory))['referral']['id']}"
        (own,) = (await read(referrer, "/referrals"))["items"]

        shown = {each: await read(each, path) for each in (etf, bank)}
        for each in (await read(referrer, f"/referrals/{own['id']}"), own):
            assert not {"terms", "awaited"} & each.keys()

        assert [due(each) for each in shown.values()] == [{"decision": ("2026-06-01", "running")}] * 2
        assert [each.get("awaited") is not None for each in shown.values()] == [True, False]


async def test_a_counsellor_finds_its_cases_with_what_ends_first_on_top_until_they_are_over(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    decided = await concluded(dock, etf, "decided")
    await step(etf, f"{decided}/result", {"result": "payment_arrangement", "decidedOn": "2026-03-02"})
    await concluded(dock, etf, "guided")
    clock.set(datetime(2026, 3, 2, 10, tzinfo=UTC))
    new = await taken_on(dock, etf, "new")
    await taken_on(dock, etf, "of another", counsellor="C. Smit")

    mine = (await read(etf, "/work-lists/mine?counsellor=B.+Bakker"))["items"]

    assert [each["reference"] for each in mine] == ["new", "guided", "decided"]
    assert [list(due(each)) for each in mine] == [["contact", "intake"], ["decision"], []]
    assert all("client" not in each for each in mine)
    await unanswered(dock, etf, "new")
    await step(etf, f"{new}/contact-loss")
    assert await listed(etf, "mine", "?counsellor=B.+Bakker") == ["guided", "decided"]
    assert await listed(etf, "mine", "?counsellor=Nobody") == []
    assert fault(await etf.get("/v1/work-lists/mine")) == ("counsellor", "missing")


async def test_what_has_passed_is_overdue_the_longest_first_until_it_is_done_or_paused(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    await refer(dock, reference="unconfirmed")
    planned, waiting = await taken_on(dock, etf, "planned"), await taken_on(dock, etf, "waiting")
    await taken_on(dock, etf, "neglected", counsellor="C. Smit")
    await step(etf, f"{planned}/appointments", PLANNED)
    await step(etf, f"{waiting}/awaited-information")
    assert await listed(etf, "overdue") == []

    clock.set(datetime(2026, 3, 6, 9, tzinfo=UTC))

    assert await listed(etf, "overdue") == ["unconfirmed", "neglected"]
    assert await listed(etf, "overdue", "?counsellor=C.+Smit") == ["neglected"]
    await step(etf, f"{await path_for(etf, 'unconfirmed')}/rejection", {"reason": "not_eligible"})
    assert await listed(etf, "overdue") == ["neglected"]


async def test_a_case_waits_for_its_referrer_or_for_the_counsellor_since_a_moment(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    proposed = await taken_on(dock, etf, "proposed")
    planned = await step(etf, f"{proposed}/appointments", THREE_WAY)
    clock.set(datetime(2026, 3, 2, 10, tzinfo=UTC))
    asked = await taken_on(dock, etf, "asked")
    await step(etf, f"{asked}/awaited-information")
    clock.set(datetime(2026, 3, 2, 11, tzinfo=UTC))
    await taken_on(dock, etf, "confirmed")

    of_referrer = (await read(etf, "/work-lists/awaiting-referrer"))["items"]

    assert [(each["reference"], each["awaited"]) for each in of_referrer] == [
        ("proposed", [{"of": "referrer", "step": "appointment_answer", "since": "2026-03-02T09:30:00Z"}]),
        ("asked", [{"of": "referrer", "step": "information", "since": "2026-03-02T10:00:00Z"}]),
    ]
    assert await listed(etf, "awaiting-counsellor") == ["confirmed"]
    (own,) = [each["id"] for each in (await read(dock, "/referrals"))["items"] if each["reference"] == "proposed"]
    (told,) = (await read(dock, f"/referrals/{own}/appointments"))["items"]
    await step(dock, f"/referrals/{own}/appointments/{told['id']}/response", {"accepted": True})
    clock.set(datetime(2026, 3, 9, 9, tzinfo=UTC))
    of_counsellor = (await read(etf, "/work-lists/awaiting-counsellor"))["items"]
    assert [(each["reference"], each["awaited"][-1]["step"]) for each in of_counsellor] == [
        ("confirmed", "appointment"),
        ("proposed", "attendance"),
    ]
    await step(etf, f"{proposed}/appointments/{planned['id']}/attendance", {"attended": True})
    await step(etf, f"{asked}/received-information")
    assert await listed(etf, "awaiting-referrer") == []
    assert await listed(etf, "awaiting-counsellor") == ["confirmed", "proposed", "asked"]


async def test_a_referrer_reads_what_it_was_asked_itself_and_no_term(dock: Api, pit010: Api, etf: Api) -> None:
    for owner, name in ((dock, "own"), (pit010, "of another")):
        await step(etf, f"{await taken_on(owner, etf, name)}/appointments", THREE_WAY)
    unknown = await taken_on(dock, etf, "unknown")
    await step(etf, f"{unknown}/awaited-information")

    (item,) = (await read(dock, "/work-lists/awaiting-referrer"))["items"]

    assert (item["reference"], item["appointment"]["response"]) == ("own", "requested")
    assert not {"terms", "awaited", "client"} & item.keys()
    # What it is not told yet does not show; the next event tells it.
    await step(etf, f"{unknown}/appointments", PLANNED)
    assert await listed(dock, "awaiting-referrer") == ["own", "unknown"]
    (id,) = [each["id"] for each in (await read(dock, "/referrals"))["items"] if each["reference"] == "own"]
    (planned,) = (await read(dock, f"/referrals/{id}/appointments"))["items"]
    await step(dock, f"/referrals/{id}/appointments/{planned['id']}/response", {"accepted": True})
    assert await listed(dock, "awaiting-referrer") == ["unknown"]


def plan_at_allegro(tx: Connection, services: Services, organisation_code: str, reference: str) -> None:
    """Plan a three-way meeting as Allegro reports it, without a proposal before."""
    id = find_referral(tx, organisation_code, reference)
    assert id is not None
    command = ScheduleIntake(starts_at=datetime(2026, 3, 9, 9, tzinfo=UTC), three_way=True)
    now = services.clock.now()
    context = ActionContext(role=OrganisationRole.FINANCE_TEAM, system=System.ALLEGRO, occurred_at=now, catch_up=True)
    uow = UnitOfWork(tx, services)
    execute(uow, ReferralRef(id), command, context)
    uow.flush()


async def test_that_the_client_appeared_does_not_show_in_what_a_referrer_is_asked(
    gidso: Api, etf: Api, sign_in: SignIn, hub: AppState, services: Services, clock: SettableClock
) -> None:
    # A neighbourhood team is told of the planned intake, and not of what becomes of it.
    await hub.db.write(
        save_client, services, "team", organisation_code="wijkteam-feijenoord", scopes={"referrals:read"}, secret=SECRET
    )
    team = await sign_in("team")
    made = await gidso.post("/v1/referrals", json=referral(organisationCode="wijkteam-feijenoord", reference="W-1"))
    assert made.status_code == 201, made.text
    path = await path_for(etf, "W-1")
    await step(etf, f"{path}/confirmation", {"counsellor": COUNSELLOR})
    await hub.db.write(plan_at_allegro, services, "wijkteam-feijenoord", "W-1")
    (planned,) = (await read(etf, f"{path}/appointments"))["items"]
    before = await read(team, "/work-lists/awaiting-referrer")

    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": True})

    assert len(before["items"]) == 1
    assert await read(team, "/work-lists/awaiting-referrer") == before
    clock.set(datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert await listed(team, "awaiting-referrer") == []


async def test_a_referrer_is_found_by_the_counsellor_that_it_knows(dock: Api, etf: Api) -> None:
    path = await taken_on(dock, etf, "own")
    await step(etf, f"{path}/appointments", THREE_WAY)

    found = [await listed(dock, "awaiting-referrer", f"?counsellor={each}") for each in ("B.+Bakker", "C.+Smit")]

    assert found == [["own"], []]


@pytest.mark.parametrize("reader", ["dock", "court", "bank", "gidso", "rmw", "operator"])
async def test_the_other_lists_are_for_the_finance_team(sign_in: SignIn, reader: str) -> None:
    api = await sign_in(reader)
    refused = {each for each in LISTS if (await api.get(f"/v1/work-lists/{each}?counsellor=A")).status_code == 403}

    assert refused == set(LISTS) - ({"awaiting-referrer"} if reader in {"dock", "court"} else set())


async def test_a_list_is_read_page_by_page_by_as_many_statements_however_long_it_is(
    dock: Api, etf: Api, clock: SettableClock
) -> None:
    async def pages(name: str, query: str) -> tuple[list[str], set[int]]:
        found: list[str] = []
        sent: set[int] = set()
        path = f"/work-lists/{name}?limit=2{query}"
        while path:
            with sent_statements() as statements:
                body = await read(etf, path)
            found += [each["reference"] for each in body["items"]]
            sent.add(len(statements))
            path = f"/work-lists/{name}?limit=2{query}&cursor={body['nextCursor']}" if "nextCursor" in body else ""
        return found, sent

    # Two of them at the same moment.
    for number in range(5):
        clock.set(datetime(2026, 3, 2, 10 + number // 2, tzinfo=UTC))
        await taken_on(dock, etf, str(number))
    clock.set(datetime(2026, 3, 10, tzinfo=UTC))
    lists = {"mine": "&counsellor=B.+Bakker", "overdue": "", "awaiting-counsellor": ""}

    for name, query in lists.items():
        found, sent = await pages(name, query)
        assert sorted(found) == [str(each) for each in range(5)]
        assert len(sent) == 1, name
        assert max(sent) <= 4


@pytest.mark.parametrize("name", LISTS)
async def test_a_cursor_that_no_page_had_is_a_fault_of_the_request(etf: Api, name: str) -> None:
    answered = await etf.get(f"/v1/work-lists/{name}?counsellor=A&cursor=abc")

    assert fault(answered)[0] == "cursor"
