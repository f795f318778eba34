"""The operator steers the connections with the partner systems: pauses, jobs and decisions about the quarantine."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from app.api.state import AppState
from app.database import Connection
from app.domain.codes import System
from app.domain.partners import CaseLink, JobKind, JobRequest
from app.models.partners.quarantine import quarantine
from app.operations.access.clients import save_client
from app.operations.partners.jobs import find_job, request_job, start_next_job
from app.operations.partners.lease import PartnerLease, PullFailure, acquire_lease, record_failure, record_recovery
from app.operations.partners.pull_policy import PullPolicy
from tests.api.conftest import NOW, SECRET, Api, SignIn
from tests.support.hub import Dump, dump_of
from tests.support.quarantine import fill_quarantine

ALLEGRO = "/v1/partners/allegro"
REASON = {"reason": "Maintenance until 14:00"}
NOBODY = UUID(int=7)
LINK = {"caseId": "A0000042", "referralId": str(NOBODY)}
WRITES: Mapping[str, Mapping[str, Any]] = {
    "/pause": REASON,
    "/resumption": {},
    "/jobs": {"kind": "reconcile"},
    f"/jobs/{NOBODY}/cancellation": {},
    f"/quarantine/{NOBODY}/retry": {},
    f"/quarantine/{NOBODY}/dismissal": REASON,
    f"/deliveries/{NOBODY}/redelivery": {},
    "/redeliveries": {},
}


@pytest.fixture
async def quarantined(hub: AppState, operator: Api) -> str:
    """Put two records of Allegro in quarantine; return the id of the first."""
    await fill_quarantine(hub)
    found = await operator.get(f"{ALLEGRO}/quarantine?order=oldest")
    return str(found.json()["items"][0]["id"])


@pytest.fixture
async def connected(hub: AppState) -> PartnerLease:
    """Let a worker acquire Allegro's lease; return the lease."""
    lease = PartnerLease(System.ALLEGRO, "worker")
    await hub.db.write(acquire_lease, hub.services, lease)
    return lease


@pytest.fixture
async def read_only_client(hub: AppState, sign_in: SignIn) -> Api:
    """Return a client of the operator that may only look."""
    await hub.db.write(
        save_client, hub.services, "read-only", organisation_code="beheer", scopes=["partners:read"], secret=SECRET
    )
    return await sign_in("read-only")


async def all_of(hub: AppState) -> Dump:
    return await hub.db.read(dump_of)


async def test_a_pause_shows_who_paused_and_why(operator: Api) -> None:
    paused = await operator.post(f"{ALLEGRO}/pause", json=REASON)
    seen = await operator.get(ALLEGRO)

    assert paused.status_code == 200
    assert (seen.json()["paused"], seen.json()["pauseReason"], seen.json()["pausedBy"]) == (
        True,
        REASON["reason"],
        "operator",
    )


async def test_pausing_again_replaces_the_reason(operator: Api) -> None:
    await operator.post(f"{ALLEGRO}/pause", json=REASON)

    again = await operator.post(f"{ALLEGRO}/pause", json={"reason": "Now until 15:00"})

    assert (again.status_code, again.json()["pauseReason"]) == (200, "Now until 15:00")


async def test_a_resumed_connection_shows_no_trace_of_its_pause(operator: Api) -> None:
    await operator.post(f"{ALLEGRO}/pause", json=REASON)

    resumed = await operator.post(f"{ALLEGRO}/resumption")

    assert (resumed.status_code, resumed.json()["paused"]) == (200, False)
    assert {"pauseReason", "pausedBy"}.isdisjoint(resumed.json())


@pytest.mark.parametrize("body", [{}, {"reason": "  "}, {"reason": "x" * 301}, {"reason": "two\nlines"}])
async def test_a_pause_needs_a_reason_of_one_line(hub: AppState, operator: Api, body: dict[str, str]) -> None:
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/pause", json=body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "reason")
    assert await all_of(hub) == before


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "request_body",
    [
        {"kind": "reconcile", "dryRun": True},
        {"kind": "backfill", "since": "2026-01-01T00:00:00+01:00"},
        {"kind": "retry"},
        {"kind": "link", "acceptBsnAndDay": True, "links": [LINK]},
    ],
)
async def test_a_requested_job_waits_at_its_address(operator: Api, request_body: dict[str, Any]) -> None:
    requested = await operator.post(f"{ALLEGRO}/jobs", json=request_body)
    found = await operator.get(requested.headers["Location"])

    assert requested.status_code == 202
    assert found.json() == requested.json()
    shown = {name: found.json()[name] for name in ("system", "kind", "dryRun", "state", "requestedBy")}
    assert shown == {
        "system": "allegro",
        "kind": request_body["kind"],
        "dryRun": request_body.get("dryRun", False),
        "state": "waiting",
        "requestedBy": "operator",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "forget"}, "kind"),
        ({"kind": "reconcile", "since": "2026-01-01T00:00:00Z"}, "since"),
        ({"kind": "retry", "ids": []}, "ids"),
        ({"kind": "retry", "links": [LINK]}, "links"),
        ({"kind": "retry", "acceptBsnAndDay": True}, "acceptBsnAndDay"),
        ({"kind": "link", "links": [{"caseId": "A1", "referralId": "1"}]}, "links.0.referralId"),
    ],
)
async def test_an_invalid_job_is_refused_and_not_stored(
    hub: AppState, operator: Api, body: dict[str, Any], field: str
) -> None:
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/jobs", json=body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert await all_of(hub) == before


@pytest.mark.usefixtures("connected")
async def test_the_choices_of_a_linking_are_stored_with_it(hub: AppState, operator: Api) -> None:
    body = {"kind": "link", "links": [LINK], "acceptBsnAndDay": True}
    requested = (await operator.post(f"{ALLEGRO}/jobs", json=body)).json()

    job = await hub.db.read(find_job, System.ALLEGRO, UUID(requested["id"]))

    assert requested["report"] == {"links": [LINK], "acceptBsnAndDay": True}
    assert (job.links, job.accept_bsn_and_day) == ((CaseLink("A0000042", NOBODY),), True)


@pytest.mark.usefixtures("connected")
async def test_jobs_come_in_pages_newest_first(operator: Api) -> None:
    for kind in ("reconcile", "backfill", "retry"):
        await operator.post(f"{ALLEGRO}/jobs", json={"kind": kind})

    first = await operator.get(f"{ALLEGRO}/jobs?limit=2")
    second = await operator.get(f"{ALLEGRO}/jobs?limit=2&cursor={first.json()['nextCursor']}")

    pages = [[job["kind"] for job in page.json()["items"]] for page in (first, second)]
    assert pages == [["retry", "backfill"], ["reconcile"]]
    assert "nextCursor" not in second.json()


@pytest.mark.usefixtures("connected")
async def test_a_job_is_found_at_its_own_partner_only(operator: Api) -> None:
    requested = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "reconcile"})

    answer = await operator.get(f"/v1/partners/gidso/jobs/{requested.json()['id']}")

    assert answer.status_code == 404


@pytest.mark.usefixtures("connected")
async def test_the_same_request_under_one_key_makes_one_job(operator: Api) -> None:
    headers = {"Idempotency-Key": "once"}

    answers = [await operator.post(f"{ALLEGRO}/jobs", json={"kind": "reconcile"}, headers=headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len((await operator.get(f"{ALLEGRO}/jobs")).json()["items"]) == 1


async def test_a_job_that_nobody_would_do_is_refused_with_the_remedy(hub: AppState, operator: Api) -> None:
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "reconcile"})

    assert (answer.status_code, "TRAJECTHUB_ALLEGRO_URL" in answer.json()["detail"]) == (409, True)
    assert await all_of(hub) == before


async def test_a_backfill_can_be_requested_before_the_first_pull_of_a_paused_partner(operator: Api) -> None:
    await operator.post(f"{ALLEGRO}/pause", json=REASON)

    requested = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "backfill"})

    assert (requested.status_code, requested.json()["waitsFor"]) == (202, "resumption")


@pytest.mark.usefixtures("connected")
async def test_a_waiting_job_shows_what_it_waits_for(operator: Api) -> None:
    first, second = [await operator.post(f"{ALLEGRO}/jobs", json={"kind": kind}) for kind in ("reconcile", "retry")]
    await operator.post(f"{ALLEGRO}/pause", json=REASON)

    paused = (await operator.get(f"{ALLEGRO}/jobs")).json()["items"]

    assert [answer.json()["waitsFor"] for answer in (first, second)] == ["worker", "earlier-job"]
    assert {each["waitsFor"] for each in paused} == {"resumption"}


async def test_a_job_of_a_partner_that_is_not_called_waits_for_it(
    hub: AppState, operator: Api, connected: PartnerLease
) -> None:
    failure = PullFailure(pull_policy=PullPolicy(), random=lambda: 0.0, not_before=NOW)
    await hub.db.write(record_failure, hub.services, connected, failure)

    requested = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "reconcile"})

    assert requested.json()["waitsFor"] == "partner"


async def test_the_status_shows_why_the_last_pull_failed_until_one_succeeds(
    hub: AppState, operator: Api, connected: PartnerLease
) -> None:
    reason = "Allegro gave no answer: the connection is refused"
    failure = PullFailure(pull_policy=PullPolicy(), random=lambda: 0.0, not_before=NOW, reason=reason)
    await hub.db.write(record_failure, hub.services, connected, failure)
    failing = (await operator.get(ALLEGRO)).json()
    await hub.db.write(record_recovery, hub.services, connected)
    recovered = (await operator.get(ALLEGRO)).json()

    assert failing["lastError"] == reason
    assert "lastError" not in recovered


@pytest.mark.usefixtures("connected")
async def test_the_status_shows_since_when_a_job_waits(operator: Api) -> None:
    requested = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "reconcile"})
    waiting = (await operator.get(ALLEGRO)).json()
    await operator.post(f"{requested.headers['Location']}/cancellation")
    idle = (await operator.get(ALLEGRO)).json()

    assert waiting["jobsWaitingSince"] == requested.json()["requestedAt"]
    assert "jobsWaitingSince" not in idle


async def test_a_cancelled_job_is_not_done_and_shows_who_cancelled_it(
    hub: AppState, operator: Api, connected: PartnerLease
) -> None:
    requested = await operator.post(f"{ALLEGRO}/jobs", json={"kind": "backfill", "since": "2026-01-01T00:00:00Z"})

    answer = await operator.post(f"{requested.headers['Location']}/cancellation")

    cancelled = answer.json()
    assert (answer.status_code, cancelled["state"], "waitsFor" in cancelled) == (200, "cancelled", False)
    assert cancelled["report"] == {"since": "2026-01-01T00:00:00+00:00", "cancelledBy": "operator"}
    assert await hub.db.write(start_next_job, hub.services, connected) is None


async def test_a_started_job_cannot_be_cancelled(hub: AppState, operator: Api, connected: PartnerLease) -> None:
    job = await hub.db.write(request_job, hub.services, System.ALLEGRO, "operator", JobRequest(kind=JobKind.RECONCILE))
    await hub.db.write(start_next_job, hub.services, connected)
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/jobs/{job.id}/cancellation")

    assert (answer.status_code, "running" in answer.json()["detail"]) == (409, True)
    assert await all_of(hub) == before


async def test_retrying_a_record_in_quarantine_requests_a_job(operator: Api, quarantined: str) -> None:
    requested = await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/retry")

    assert (requested.status_code, requested.json()["kind"]) == (202, "retry")
    assert requested.json()["report"] == {"quarantineId": quarantined}
    assert (await operator.get(requested.headers["Location"])).json() == requested.json()


async def test_a_dismissed_record_keeps_who_and_why_and_none_of_its_contents(
    hub: AppState, operator: Api, quarantined: str
) -> None:
    answer = await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/dismissal", json=REASON)

    def row(tx: Connection) -> Any:
        return tx.execute(select(quarantine).where(quarantine.c.id == UUID(quarantined))).one()

    kept = await hub.db.read(row)
    assert answer.status_code == 204
    assert (kept.state, kept.decided_by, kept.decision, kept.payload) == (
        "dismissed",
        "operator",
        REASON["reason"],
        None,
    )


async def test_a_dismissed_record_is_no_longer_listed(operator: Api, quarantined: str) -> None:
    await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/dismissal", json=REASON)

    listed = await operator.get(f"{ALLEGRO}/quarantine")
    found = await operator.get(f"{ALLEGRO}/quarantine/{quarantined}")

    assert [each["externalId"] for each in listed.json()["items"]] == ["m2"]
    assert found.status_code == 404


@pytest.mark.usefixtures("quarantined")
@pytest.mark.parametrize(
    ("asked", "records", "total"),
    [
        ("", ["m2", "m1"], 2),
        ("?order=oldest", ["m1", "m2"], 2),
        ("?order=newest", ["m2", "m1"], 2),
        ("?order=newest&limit=1", ["m2"], 2),
        ("?reason=unknown-code", ["m1"], 1),
        ("?reason=waits-for-earlier&kind=mutatie&order=newest", ["m2"], 1),
        ("?reason=refused-by-store", [], 0),
        ("?kind=aanmelding", [], 0),
    ],
)
async def test_the_quarantine_is_listed_by_reason_and_kind_in_either_order_with_its_size(
    operator: Api, asked: str, records: list[str], total: int
) -> None:
    listed = (await operator.get(f"{ALLEGRO}/quarantine{asked}")).json()

    assert ([each["externalId"] for each in listed["items"]], listed["total"]) == (records, total)


@pytest.mark.usefixtures("quarantined")
async def test_the_pages_of_the_quarantine_follow_each_other_newest_first(operator: Api) -> None:
    first = await operator.get(f"{ALLEGRO}/quarantine?limit=1")
    second = await operator.get(first.links["next"]["url"])

    assert [each["externalId"] for each in (*first.json()["items"], *second.json()["items"])] == ["m2", "m1"]
    assert "nextCursor" not in second.json()


@pytest.mark.usefixtures("quarantined")
@pytest.mark.parametrize("asked", ["order=random", "reason=A B", "kind=%00", "reason="])
async def test_a_filter_of_the_quarantine_that_is_none_is_refused(operator: Api, asked: str) -> None:
    assert (await operator.get(f"{ALLEGRO}/quarantine?{asked}")).status_code == 400


async def test_a_dismissal_without_a_reason_is_refused(hub: AppState, operator: Api, quarantined: str) -> None:
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/dismissal", json={})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "reason")
    assert await all_of(hub) == before


async def test_a_record_is_dismissed_once(hub: AppState, operator: Api, quarantined: str) -> None:
    await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/dismissal", json=REASON)
    before = await all_of(hub)

    again = await operator.post(f"{ALLEGRO}/quarantine/{quarantined}/dismissal", json={"reason": "Another one"})

    assert again.status_code == 409
    assert await all_of(hub) == before


@pytest.mark.parametrize("action", ["retry", "dismissal"])
@pytest.mark.usefixtures("quarantined")
async def test_a_record_outside_quarantine_can_be_neither_retried_nor_dismissed(
    hub: AppState, operator: Api, action: str
) -> None:
    before = await all_of(hub)

    answer = await operator.post(f"{ALLEGRO}/quarantine/{NOBODY}/{action}", json=REASON)

    assert answer.status_code == 404
    assert await all_of(hub) == before


async def answers(caller: Api, base: str = ALLEGRO) -> list[httpx.Response]:
    return [await caller.post(f"{base}{path}", json=body) for path, body in WRITES.items()]


async def test_an_unknown_partner_cannot_be_steered(hub: AppState, operator: Api) -> None:
    before = await all_of(hub)

    refused = await answers(operator, "/v1/partners/facebook")

    assert {answer.status_code for answer in refused} == {404}
    assert await all_of(hub) == before


async def test_an_operator_that_may_only_look_changes_nothing(hub: AppState, read_only_client: Api) -> None:
    before = await all_of(hub)

    refused = await answers(read_only_client)

    assert {answer.status_code for answer in refused} == {403}
    assert all("'partners:manage'" in answer.json()["detail"] for answer in refused)
    assert await all_of(hub) == before


async def test_no_scope_makes_another_organisation_an_operator(hub: AppState, sign_in: SignIn) -> None:
    await hub.db.write(
        save_client, hub.services, "too-much", organisation_code="dock", scopes=["partners:manage"], secret=SECRET
    )
    visitor = await sign_in("too-much")
    before = await all_of(hub)

    refused = await answers(visitor)

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "forbidden")}
    assert await all_of(hub) == before


async def test_every_action_needs_an_idempotency_key(hub: AppState, operator: Api) -> None:
    before = await all_of(hub)
    operator.event_hooks = {"request": [], "response": []}

    refused = await answers(operator)

    assert {answer.status_code for answer in refused} == {400}
    assert {answer.json()["errors"][0]["field"] for answer in refused} == {"Idempotency-Key"}
    assert await all_of(hub) == before
