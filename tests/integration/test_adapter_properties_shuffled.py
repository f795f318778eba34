"""Records in any order, over any number of pulls and repeated, have the same result as in order, once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.codes import IntakeResult, ReferralStatus, System
from app.domain.events import EventType
from app.domain.field_values import field_values
from app.domain.fields import Field
from app.models.cases.external_id import referral_of
from app.models.partners.quarantine import count_quarantined
from app.sandbox.allegro import codes as allegro_codes
from app.sandbox.faults.plan import FaultFrequency, FaultKind, FaultSettings
from app.sandbox.gidso import documents as gidso_documents
from app.sandbox.rmw import documents as rmw_documents
from app.sandbox.runtime import Document
from tests.support.allegro_env import message
from tests.support.hub import CLIENT, TODAY, WIJKTEAM, WORK, InProcessHub
from tests.support.interleaving import InterleavingEnv, Lists, interleaved, lists_of

pytestmark = pytest.mark.slow

EXAMPLES = settings(max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
STEPS: tuple[tuple[str, Document], ...] = (
    ("bevestiging", {"trajectbegeleider": {"naam": "T. Begeleider", "telefoon": "010-5550100"}}),
    ("afspraak", {"begint": "2026-03-02T09:00:00+01:00", "plaats": "Coolsingel 40", "driegesprek": "N"}),
    ("aanwezigheid", {"verschenen": "J"}),
    ("intakeresultaat", dict(allegro_codes.intake_result_code(IntakeResult.ROUTE_TO_KBR))),
    ("plan", {"ondertekendOp": "2026-03-02"}),
)
AT_GIDSO: tuple[Document, ...] = (
    {"Gebied": "Charlois"},
    {"Gebied": "Noord"},
    {"Gebied": "Noord", "OndersteuningGestoptOp": "2026-03-01"},
    # The same content as before: the content alone does not show that it is newer.
    {"Gebied": "Charlois", "OndersteuningGestoptOp": "2026-03-01"},
)
AT_RMW: tuple[Document, ...] = (
    {"gebied": "Charlois"},
    {"gebied": "Noord"},
    {"gebied": "Noord", "regie": "Consulent werk"},
    {"gebied": "Charlois"},
)
NOT_COMPARED = {
    *(Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.CLIENT_ID, Field.APPOINTMENT_ID, Field.TRAJECTORY_ID),
}


@pytest.fixture
async def at_allegro(hub: InProcessHub) -> AsyncIterator[InterleavingEnv]:
    async with interleaved(hub, System.ALLEGRO) as env:
        yield env


@pytest.fixture
async def at_gidso(hub: InProcessHub) -> AsyncIterator[InterleavingEnv]:
    async with interleaved(hub, System.GIDSO) as env:
        yield env


@pytest.fixture
async def at_rmw(hub: InProcessHub) -> AsyncIterator[InterleavingEnv]:
    async with interleaved(hub, System.RMW) as env:
        yield env


async def refer(env: InterleavingEnv, reference: str) -> UUID:
    """Refer a client and send the referral to Allegro, as the hub does."""
    referral_id = await env.hub.refer(client=replace(CLIENT, bsn=None), reference=reference)
    told = message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE=reference)
    await env.adapter.sink.deliver(replace(told, referral_id=referral_id))
    return referral_id


async def register(env: InterleavingEnv, reference: str, late: Sequence[bool] = (False,) * len(STEPS)) -> None:
    """Register a whole case in Allegro as a counsellor."""
    facts = [
        {"feitId": f"{reference} {kind}", "kenmerkVerwijzer": reference, "soort": kind, "datum": TODAY.isoformat()}
        | {"gegevens": contents, "laat": is_late}
        for (kind, contents), is_late in zip(STEPS, late, strict=True)
    ]
    (await env.console.post("/_console/feiten", json=facts)).raise_for_status()


async def example_number(hub: InProcessHub) -> int:
    """Return a number that no other example has."""
    return len((await hub.dump())["referral"])


async def standing(hub: InProcessHub, referral_id: UUID) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of a case without its ids, and the steps that came from its partner."""
    facts = field_values(await hub.case(referral_id))
    steps = sorted(step for step in await hub.steps(referral_id) if not step.startswith("("))
    return {name: value for name, value in facts.items() if name not in NOT_COMPARED}, steps


@given(lists=lists_of(len(STEPS)))
@example(lists=[[0, 1, 2], [4], [3]])
@EXAMPLES
async def test_a_case_that_allegro_gives_in_any_order_over_any_pulls_ends_as_in_order(
    hub: InProcessHub, at_allegro: InterleavingEnv, lists: Lists
) -> None:
    number = await example_number(hub)
    one, other = [await refer(at_allegro, f"{name}-{number}") for name in ("SHUFFLED", "ORDERED")]
    await register(at_allegro, f"SHUFFLED-{number}")
    await register(at_allegro, f"ORDERED-{number}")
    await at_allegro.store_states()
    first = len(at_allegro.generator.states) - 2 * len(STEPS)

    await at_allegro.pull(*([first + place for place in each] for each in lists))
    await at_allegro.pull(range(first + len(STEPS), first + 2 * len(STEPS)))

    assert await standing(hub, one) == await standing(hub, other)
    told = await hub.event_names(one)
    assert sorted(told) == sorted(set(told))
    assert set(told) <= set(await hub.event_names(other))
    assert await hub.db.read(count_quarantined) == 0


@given(late=st.tuples(*(st.booleans() for _ in STEPS)), seed=st.integers(0, 99), pulls=st.integers(0, 3))
@EXAMPLES
async def test_a_case_that_comes_late_twice_and_in_another_order_ends_as_in_order(
    hub: InProcessHub, at_allegro: InterleavingEnv, late: tuple[bool, ...], seed: int, pulls: int
) -> None:
    number = await example_number(hub)
    one, other = [await refer(at_allegro, f"{name}-{number}") for name in ("LATE", "ORDERED")]
    faults = {FaultKind.DUPLICATE: FaultFrequency(rate=0.5), FaultKind.REORDER: FaultFrequency(rate=0.8)}
    await at_allegro.set_faults(FaultSettings(seed=seed, faults=faults))

    await register(at_allegro, f"LATE-{number}", late)
    await at_allegro.pull(*[None] * pulls)
    (await at_allegro.console.post("/_console/vastleggingen")).raise_for_status()
    await register(at_allegro, f"ORDERED-{number}")
    await at_allegro.pull(*[None] * 2)

    assert await standing(hub, one) == await standing(hub, other)
    told = await hub.event_names(one)
    assert sorted(told) == sorted(set(told))
    assert await hub.db.read(count_quarantined) == 0


@given(lists=lists_of(len(AT_GIDSO)))
@example(lists=[[0], [3], [2], [1]])
@EXAMPLES
async def test_states_of_a_registration_at_gidso_in_any_order_over_any_pulls_end_as_in_order(
    hub: InProcessHub, at_gidso: InterleavingEnv, lists: Lists
) -> None:
    number = await example_number(hub)
    names = [f"G-{number:06d}", f"G-{number + 1:06d}"]

    def row(name: str, state: Document) -> Document:
        return gidso_documents.aanmelding(name, WIJKTEAM.code, "Wijkteam", "2026-03-01T09:30:00+01:00", **state)

    await pull_states(at_gidso, lists, [[row(name, state) for name in names] for state in AT_GIDSO])

    one, other = await referrals_of(hub, System.GIDSO, names)
    assert (await hub.case(one)).contents.area == "Charlois"
    assert await standing_once(hub, one) == await standing_once(hub, other)
    assert (await hub.event_names(one)).count("signal-given") == 1


@given(lists=lists_of(len(AT_RMW)))
@example(lists=[[0], [3], [2], [1]])
@EXAMPLES
async def test_states_of_a_registration_at_rmw_in_any_order_over_any_pulls_end_as_in_order(
    hub: InProcessHub, at_rmw: InterleavingEnv, lists: Lists
) -> None:
    number = await example_number(hub)
    names = [f"R{number:06d}", f"R{number + 1:06d}"]

    await pull_states(at_rmw, lists, [[rmw_row(name, state) for name in names] for state in AT_RMW])

    one, other = await referrals_of(hub, System.RMW, names)
    assert (await hub.case(one)).contents.area == "Charlois"
    assert await standing_once(hub, one) == await standing_once(hub, other)


@given(lists=lists_of(3))
@EXAMPLES
async def test_a_registration_that_lapsed_at_rmw_stays_so_whatever_older_state_comes_after_it(
    hub: InProcessHub, at_rmw: InterleavingEnv, lists: Lists
) -> None:
    name = f"R{await example_number(hub):06d}"
    for state in ({}, {"gebied": "Noord"}, {"vervallen": "J"}):
        await save(at_rmw, [rmw_row(name, state)])
    first = len(at_rmw.generator.states) - 3

    await at_rmw.pull([first], *([first + place for place in each] for each in lists))

    [referral_id] = await referrals_of(hub, System.RMW, [name])
    assert await hub.status(referral_id) is ReferralStatus.WITHDRAWN
    assert (await hub.event_names(referral_id)).count("withdrawn") == 1
    assert await hub.db.read(count_quarantined) == 0


def rmw_row(name: str, state: Document) -> Document:
    client = rmw_documents.klant("Yara", "Voorbeeld", date(1990, 5, 17), "V")
    return rmw_documents.aanmelding(name, WORK.code, date(2026, 3, 1), client, **state)


async def save(env: InterleavingEnv, rows: Sequence[Document]) -> None:
    """Save registrations at a partner and store their states."""
    (await env.console.put("/_console/aanmeldingen", json=rows)).raise_for_status()
    await env.store_states()


async def pull_states(env: InterleavingEnv, lists: Lists, states: Sequence[Sequence[Document]]) -> None:
    """Let two registrations go through their states; the lists contain the first, the second is pulled in order."""
    for pair in states:
        await save(env, pair)
    first, end = len(env.generator.states) - 2 * len(states), len(env.generator.states)
    await env.pull(*([first + 2 * place for place in each] for each in lists))
    await env.pull(*([place] for place in range(first + 1, end, 2)))


async def referrals_of(hub: InProcessHub, system: System, case_ids: Sequence[str]) -> list[UUID]:
    known = await hub.db.read(referral_of, system, case_ids)
    return [known[each] for each in case_ids]


async def standing_once(hub: InProcessHub, referral_id: UUID) -> dict[str, Any]:
    """Return the fields of a case without its ids; none of its records is in quarantine, and it was received once."""
    facts, _ = await standing(hub, referral_id)
    assert (await hub.event_names(referral_id)).count("received") == 1
    assert await hub.db.read(count_quarantined) == 0
    return facts
