"""Properties of the intake for any behaviour of partners: over real HTTP with the simulators, on each store."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select
from typing_extensions import override

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.source import AllegroSource
from app.adapters.common.adapter import Adapter
from app.adapters.gidso import connect_gidso
from app.database import Connection
from app.domain.codes import IntakeResult, ReferralStatus, System
from app.domain.events import EventType
from app.domain.ports import Page, PartnerRecord, PartnerSource, QuarantinedRecord
from app.models.partners.quarantine import quarantine
from app.models.partners.run import list_runs
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine import retry_quarantined
from app.operations.partners.lease import PartnerLease, acquire_lease
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.allegro.codes import intake_result_code
from app.sandbox.gidso.app import API_KEY
from app.sandbox.runtime import SettableClock, Store
from tests.support import allegro_env, gidso_env, rmw_env
from tests.support.hub import (
    AT_WIJKTEAM,
    ATTEND,
    CANCEL,
    CLIENT,
    CONCLUDE,
    CONFIRM,
    MISS,
    SCHEDULE,
    SIGN,
    InProcessHub,
    partner_record,
    unreadable,
)

pytestmark = pytest.mark.slow

EXAMPLES = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
APPOINTMENT: dict[str, object] = {"begint": "2020-03-20T10:00:00+01:00", "driegesprek": "N"}
HISTORY: tuple[tuple[str, dict[str, object]], ...] = (
    ("bevestiging", {}),
    ("afspraak", APPOINTMENT),
    ("aanwezigheid", {"verschenen": "J"}),
    ("intakeresultaat", dict(intake_result_code(IntakeResult.ROUTE_TO_KBR))),
    ("plan", {"ondertekendOp": "2020-03-21"}),
)


async def pull(hub: InProcessHub, source: PartnerSource) -> PageResult:
    """Read a partner from the hub's cursor and apply each page in its own transaction."""
    lease = PartnerLease(source.system, "test")
    standing = await hub.db.write(acquire_lease, hub.services, lease)
    total = PageResult()
    async for page in source.changes(standing.cursor):
        total += await apply(hub, source.system, page)
    return total


async def apply(hub: InProcessHub, system: System, page: Page) -> PageResult:
    return await hub.db.write(apply_page, hub.services, PartnerLease(system, "test"), "1", page)


async def refer_to_allegro(hub: InProcessHub, env: allegro_env.AllegroEnv, reference: str = "WC-1") -> UUID:
    """Refer a client and send the referral to the simulated Allegro, as the hub does."""
    referral_id = await hub.refer(client=replace(CLIENT, bsn=None), reference=reference)
    told = allegro_env.message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE=reference)
    await env.adapter.sink.deliver(replace(told, referral_id=referral_id))
    return referral_id


def history(reference: str = "WC-1", first: int = 1) -> list[dict[str, object]]:
    """Return the facts of a whole case, as a counsellor registers them."""
    return [
        allegro_env.fact(first + place, kind, kenmerkVerwijzer=reference, gegevens=contents)
        for place, (kind, contents) in enumerate(HISTORY)
    ]


@pytest.fixture
async def allegro() -> AsyncIterator[allegro_env.AllegroEnv]:
    async with allegro_env.running_allegro(Store()) as env:
        yield env


class Killed(BaseException):
    """The process was killed; no code may catch this."""


@contextmanager
def killed_at(number: int) -> Iterator[list[str]]:
    """Raise Killed before the statement with this number in the block; a commit counts as one."""
    seen: list[str] = []

    def on_statement(_: object, __: object, statement: str, *___: object) -> None:
        # The notification of other processes is sent on another connection, at any moment.
        if "notify" not in statement.lower():
            seen.append(statement)
            if len(seen) == number:
                raise Killed

    def on_commit(_: object) -> None:
        on_statement(None, None, "COMMIT")

    event.listen(Engine, "before_cursor_execute", on_statement)
    event.listen(Engine, "commit", on_commit)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", on_statement)
        event.remove(Engine, "commit", on_commit)


async def test_a_pull_killed_at_any_statement_leaves_all_or_nothing(
    hub: InProcessHub, allegro: allegro_env.AllegroEnv
) -> None:
    referral_id = await refer_to_allegro(hub, allegro)
    await allegro.register(*history(), allegro_env.fact(90, "huisbezoek"), allegro_env.fact(91, "pauze"))
    await hub.pull(cursor="0")
    before = await hub.dump()
    statements, tally = 0, None

    while tally is None:
        statements += 1
        [page] = [page async for page in allegro.adapter.source.changes("0")]
        with killed_at(statements) as seen:
            try:
                tally = await apply(hub, System.ALLEGRO, page)
            except Killed:
                seen.append("killed")
        if tally is None:
            assert await hub.dump() == before, f"something is left of a pull killed at statement {statements}: {seen}"

    assert tally == PageResult(applied=len(HISTORY), quarantined=2)
    assert statements > 2 * len(HISTORY)
    assert await hub.status(referral_id) is ReferralStatus.CONCLUDED
    assert await hub.cursor() == "7"
    assert await pull(hub, allegro.adapter.source) == PageResult()


class RemappedAllegroSource(AllegroSource):
    """A later version of the mapping, which maps a home visit (*huisbezoek*) to an appointment."""

    mapping_version = "2"

    @override
    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Map a record as before, except for the new kind."""
        payload = quarantined.payload
        kind = {"huisbezoek": "afspraak"}.get(str(payload["soort"]), payload["soort"])
        record = super().remap(replace(quarantined, payload={**payload, "soort": kind}))
        return replace(record, payload=payload)


async def test_one_poisonous_record_in_a_thousand_holds_up_its_own_case_only(
    hub: InProcessHub, allegro: allegro_env.AllegroEnv
) -> None:
    cases = {f"WC-{number}": 0 for number in range(200)}
    referrals = {each: await refer_to_allegro(hub, allegro, each) for each in cases}
    facts = [fact for number, each in enumerate(cases) for fact in history(each, 1 + number * len(HISTORY))]
    facts[7 * len(HISTORY) + 1] |= {"soort": "huisbezoek"}
    await allegro.register(*facts)

    pulled = await pull(hub, allegro.adapter.source)

    assert pulled == PageResult(applied=996, quarantined=4)
    assert [row.reason for row in await hub.quarantine()] == ["unknown-code", *["waits-for-earlier"] * 3]
    standing = {each: await hub.status(referral_id) for each, referral_id in referrals.items()}
    assert [each for each, status in standing.items() if status is not ReferralStatus.CONCLUDED] == ["WC-7"]

    mended = RemappedAllegroSource(AllegroClient(allegro.url, CLIENT_ID, CLIENT_SECRET))
    retried = await hub.db.write(retry_quarantined, hub.services, mended, None)

    assert retried == PageResult(applied=4)
    assert await hub.steps(referrals["WC-7"]) == await hub.steps(referrals["WC-8"])
    assert await hub.event_names(referrals["WC-7"]) == await hub.event_names(referrals["WC-8"])
    assert await hub.quarantine() == []


@given(deliveries=st.lists(st.permutations(range(len(HISTORY))), min_size=1, max_size=4))
@EXAMPLES
async def test_a_case_delivered_often_and_shuffled_within_its_pages_happens_once(
    hub: InProcessHub, allegro: allegro_env.AllegroEnv, deliveries: list[list[int]]
) -> None:
    number = await referrals_in(hub)
    reference = f"WC-{number}"
    referral_id = await refer_to_allegro(hub, allegro, reference)
    await allegro.register(*history(reference, 100 * number))
    pages = [page async for page in allegro.adapter.source.changes(None)]
    mine = [record for page in pages for record in page.records if record.referral_id == referral_id]

    for order in deliveries:
        await hub.pull(*(mine[place] for place in order))

    assert (await hub.steps(referral_id))[1:] == ["confirm", "schedule", "attend", "conclude", "open", "sign_plan"]
    names = await hub.event_names(referral_id)
    assert sorted(names) == sorted(set(names))
    assert await hub.quarantine() == []


async def referrals_in(hub: InProcessHub) -> int:
    """Return the number of referrals, for names that no other example has."""
    return len((await hub.dump())["referral"])


@asynccontextmanager
async def gidso() -> AsyncIterator[tuple[Adapter, httpx.AsyncClient]]:
    clock = SettableClock(gidso_env.NOON)
    async with gidso_env.running_gidso(clock) as server, gidso_env.console_of(server) as console:
        adapter = connect_gidso(server.url, API_KEY, clock)
        try:
            yield adapter, console
        finally:
            await adapter.close()


RECORDS: Sequence[Callable[[str], PartnerRecord]] = (
    *(lambda case, fact=fact: partner_record(case, fact) for fact in (CONFIRM, SCHEDULE, ATTEND, CONCLUDE)),
    *(lambda case, fact=fact: partner_record(case, fact) for fact in (CANCEL, MISS, SIGN)),
    lambda case: partner_record(case, external_id=f"{case} note"),
    lambda case: unreadable(case, f"{case} odd"),
    lambda case: partner_record(case, SCHEDULE, external_id=f"{case} odd", version="2"),
    lambda case: partner_record(case, AT_WIJKTEAM, SIGN),
)


@given(
    pages=st.lists(
        st.lists(
            st.tuples(st.sampled_from(RECORDS), st.booleans(), st.none() | st.integers(1, 9)),
            max_size=12,
        ),
        max_size=5,
    ),
    kind=st.sampled_from(["pull", "backfill", "reconcile"]),
)
@EXAMPLES
async def test_every_record_of_every_page_is_accounted_for(hub: InProcessHub, pages: list[Any], kind: str) -> None:
    number = await referrals_in(hub)
    known, unknown = (f"{name} {number}" for name in ("D-1", "D-404"))
    await hub.known_case(known)
    before = await hub.db.read(list_runs, System.ALLEGRO, 1000)

    tallies = []
    for page in pages:
        records = [
            replace(make(known if is_known else unknown), revision=revision) for make, is_known, revision in page
        ]
        tallies.append(await hub.pull(*records, kind=kind))

    assert [tally.read for tally in tallies] == [len(page) for page in pages]
    runs = (await hub.db.read(list_runs, System.ALLEGRO, 1000))[: -len(before)]
    told = [tally for tally in tallies if tally.read != tally.unchanged]
    stored = [
        PageResult(applied=run.applied, unchanged=run.unchanged, filtered=run.filtered, quarantined=run.quarantined)
        for run in reversed(runs)
    ]
    assert stored == told
    assert await hub.db.read(held_twice) == []


def held_twice(tx: Connection) -> list[Any]:
    """Return the records that are in quarantine more than once."""
    key = (quarantine.c.system, quarantine.c.kind, quarantine.c.external_id)
    query = select(*key).where(quarantine.c.state == "open").group_by(*key).having(func.count() > 1)
    return list(tx.execute(query))


LABELS = st.sampled_from(["Onbekend", "Anders", "", "Iets nieuws"])


@given(code=st.integers(60, 99) | st.integers(7, 8), label=LABELS)
@EXAMPLES
async def test_a_new_code_of_allegro_waits_and_never_becomes_unknown(
    hub: InProcessHub, allegro: allegro_env.AllegroEnv, code: int, label: str
) -> None:
    number = await referrals_in(hub)
    reference = f"WC-{number}"
    referral_id = await refer_to_allegro(hub, allegro, reference)
    contents = {"code": code, "omschrijving": label}
    await allegro.register(allegro_env.fact(number, "intakeresultaat", kenmerkVerwijzer=reference, gegevens=contents))

    tally = await pull(hub, allegro.adapter.source)

    assert tally.quarantined == 1
    case = await hub.case(referral_id)
    assert (case.referral.status, case.referral.intake_result) == (ReferralStatus.RECEIVED, None)
    assert {row.field for row in await hub.quarantine()} == {"gegevens.code"}
    run = (await hub.db.read(list_runs, System.ALLEGRO, 1))[0]
    assert run.drift
    assert run.drift["mutatie.gegevens.code"] >= 1


NEW_CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12)


@given(code=NEW_CODES)
@EXAMPLES
async def test_a_new_code_of_gidso_or_rmw_waits_and_makes_no_referral(hub: InProcessHub, code: str) -> None:
    number = 1 + len((await hub.dump())["quarantine"])
    async with gidso() as (adapter, console), rmw_env.running_rmw() as rmw:
        await gidso_env.save(console, gidso_env.row(number, Inkomen=code))
        await rmw.register(rmw_env.registration(f"R{number:06d}", schulden=code))

        (at_gidso,), _ = await gidso_env.pull(adapter)
        (at_rmw,) = await rmw.records()

    tallies = [await hub.pull(at_gidso, system=System.GIDSO), await hub.pull(at_rmw, system=System.RMW)]

    assert tallies == [PageResult(quarantined=1)] * 2
    held = [*await hub.quarantine(system=System.GIDSO), *await hub.quarantine(system=System.RMW)]
    assert {(row.field, row.reason) for row in held} == {("Inkomen", "unknown-code"), ("schulden", "unknown-code")}
    assert await referrals_in(hub) == 0
