"""Each fault is made on request and counted, and the hub's adapters meet it over HTTP."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml

from app.domain.codes import System
from app.domain.errors import CursorExpired, PartnerUnreachable
from app.domain.identifiers import is_bsn
from app.domain.ports import PartnerRecord
from app.sandbox.fake_data import fake_cases, register_fake_cases
from app.sandbox.faults.plan import FaultKind, FaultPlan, FaultSettings
from app.sandbox.runtime import SettableClock
from tests.support.simulated_partner import ALL, NOON, SimulatedPartner, new_referral, started


@pytest.fixture(params=ALL)
async def partner(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with AsyncExitStack() as running:
        yield await started(running, request.param)


@pytest.fixture
async def allegro_partner() -> AsyncIterator[SimulatedPartner]:
    async with AsyncExitStack() as running:
        yield await started(running, System.ALLEGRO)


@pytest.fixture
async def gidso_partner() -> AsyncIterator[SimulatedPartner]:
    async with AsyncExitStack() as running:
        yield await started(running, System.GIDSO)


def reasons(records: Iterable[PartnerRecord]) -> list[str]:
    return [record.unread.reason if record.unread else "" for record in records]


@pytest.mark.parametrize("kind", [FaultKind.TOO_MANY, FaultKind.UNAVAILABLE])
async def test_a_refusal_states_how_long_to_wait_in_seconds_and_as_a_date(
    partner: SimulatedPartner, kind: FaultKind
) -> None:
    await partner.set_faults({kind: {"next": 2}})

    waits = []
    for _ in ("in seconds", "as a date"):
        with pytest.raises(PartnerUnreachable) as refused:
            await partner.pull()
        waits.append(refused.value.retry_after_seconds)

    assert waits == [30.0, pytest.approx(30.0, abs=2)]
    assert len(await partner.pull()) == 3
    assert await partner.made(kind) == 2


async def test_maintenance_lasts_its_time_and_then_everything_is_there(partner: SimulatedPartner) -> None:
    await partner.set_faults({"maintenance": {"next": 1}})

    for minute in (0, 9):
        partner.clock.set(NOON + timedelta(minutes=minute))
        with pytest.raises(PartnerUnreachable) as refused:
            await partner.pull()

    partner.clock.set(NOON + timedelta(minutes=10))
    assert refused.value.retry_after_seconds == 60
    assert len(await partner.pull()) == 3
    assert await partner.made(FaultKind.MAINTENANCE) == 2


async def test_a_clock_that_is_set_back_ends_maintenance(partner: SimulatedPartner) -> None:
    await partner.set_faults({"maintenance": {"next": 1}})
    partner.clock.set(NOON)
    with pytest.raises(PartnerUnreachable):
        await partner.pull()

    partner.clock.set(NOON - timedelta(days=70))

    assert len(await partner.pull()) == 3


async def test_a_record_comes_twice(partner: SimulatedPartner) -> None:
    await partner.set_faults({"duplicate": {"next": 1}})

    ids = [record.external_id for record in await partner.pull()]

    assert ids == ids[:3] * 2
    assert len(await partner.pull()) == 3


async def test_records_come_in_another_order(partner: SimulatedPartner) -> None:
    usual = [record.external_id for record in await partner.pull()]
    await partner.set_faults({"reorder": {"next": 6}})

    orders = [[record.external_id for record in await partner.pull()] for _ in range(6)]

    assert any(order != usual for order in orders)
    assert all(sorted(order) == sorted(usual) for order in orders)


@pytest.mark.parametrize(
    ("kind", "reason"), [(FaultKind.NEW_CODE, "unknown-code"), (FaultKind.CHANGED_TYPE, "unreadable")]
)
async def test_a_corrupted_record_stays_so_until_the_fault_ends(
    partner: SimulatedPartner, kind: FaultKind, reason: str
) -> None:
    await partner.set_faults({kind: {"next": 1}})

    corrupted = [reasons(await partner.pull()) for _ in range(2)]
    await partner.console.delete("/_faults")
    repaired = await partner.pull()

    assert corrupted == [[reason, "", ""]] * 2
    assert set(reasons({record.external_id: record for record in repaired}.values())) == {""}
    assert await partner.made(kind) == 1


async def test_a_record_with_a_new_column_is_read_as_before(partner: SimulatedPartner) -> None:
    usual = await partner.pull()
    await partner.set_faults({"new_column": {"next": 1}})

    wider = await partner.pull()

    assert [record.commands for record in wider] == [record.commands for record in usual]
    assert await partner.made(FaultKind.NEW_COLUMN) == 1


async def test_a_deleted_record_is_gone_without_a_tombstone(partner: SimulatedPartner) -> None:
    usual = await partner.pull()
    await partner.set_faults({"hard_delete": {"next": 1}})

    left = [await partner.pull() for _ in range(2)]

    assert [[record.external_id for record in each] for each in left] == [[r.external_id for r in usual[1:]]] * 2


@pytest.mark.parametrize("kind", [FaultKind.NEW_CODE, FaultKind.CHANGED_TYPE, FaultKind.HARD_DELETE])
async def test_people_who_correct_a_corrupted_record_let_it_come_again(
    partner: SimulatedPartner, kind: FaultKind
) -> None:
    await partner.set_faults({kind: {"rate": 1.0}}, self_repairing=True)
    (first, *_) = await partner.pages()

    again = await partner.pull(first.cursor)

    assert len({record.external_id for record in again}) == 3
    assert set(reasons(again)) == {""}
    assert await partner.made(kind) == 3


async def test_an_answer_takes_longer(partner: SimulatedPartner) -> None:
    await partner.pull()
    body = {"delay_seconds": 0.4, "faults": {"delay": {"next": 1}}}
    await partner.console.put("/_faults", json=body)

    started_at = monotonic()
    await partner.pull()

    assert monotonic() - started_at >= 0.4


async def test_a_change_is_kept_though_its_answer_was_lost(allegro_partner: SimulatedPartner) -> None:
    await allegro_partner.set_faults({"lost_answer": {"next": 1}})
    referral = new_referral()

    with pytest.raises(PartnerUnreachable):
        await allegro_partner.adapter.sink.deliver(referral)

    files = (await allegro_partner.console.get("/_console/dossiers")).json()["dossiers"]
    assert files[-1]["externReferentie"] == str(referral.referral_id)
    assert await allegro_partner.made(FaultKind.LOST_ANSWER) == 1


async def test_a_change_under_an_older_number_becomes_visible_later(allegro_partner: SimulatedPartner) -> None:
    await allegro_partner.set_faults({"late_commit": {"next": 1}}, self_repairing=True)
    await allegro_partner.register(4)
    await allegro_partner.register(5)

    first, second = await allegro_partner.pages(), await allegro_partner.pages("3")

    assert [record.version for page in first for record in page.records] == ["1", "2", "3", "5"]
    assert [record.version for page in second for record in page.records] == ["4", "5"]


async def test_an_ended_access_token_is_renewed_within_the_pull(allegro_partner: SimulatedPartner) -> None:
    await allegro_partner.pull()
    await allegro_partner.set_faults({"expired_token": {"next": 1}})

    records = await allegro_partner.pull()

    assert len(records) == 3
    assert await allegro_partner.made(FaultKind.EXPIRED_TOKEN) == 1


async def test_an_expired_delta_token_is_reported(gidso_partner: SimulatedPartner) -> None:
    cursor = (await gidso_partner.pages())[-1].cursor
    await gidso_partner.set_faults({"expired_token": {"next": 1}})

    with pytest.raises(CursorExpired):
        await gidso_partner.pull(cursor)


async def test_a_wrong_clock_stamps_too_early_and_too_late(gidso_partner: SimulatedPartner) -> None:
    await gidso_partner.set_faults({"clock_skew": {"next": 2}})
    for number in (4, 5, 6):
        await gidso_partner.register(number)

    moments = [record.occurred_at for record in await gidso_partner.pull()][3:]

    assert moments == [NOON + timedelta(minutes=2), NOON - timedelta(minutes=2), NOON]


@pytest.mark.parametrize(
    "faults",
    [{"earthquake": {"next": 1}}, {"delay": {"rate": 1.1}}, {"delay": {"next": -1}}, {"delay": {"often": 1}}],
)
async def test_an_order_that_breaks_a_rule_changes_nothing(
    allegro_partner: SimulatedPartner, faults: dict[str, Any]
) -> None:
    await allegro_partner.set_faults({"duplicate": {"rate": 0.5}})

    answer = await allegro_partner.set_faults(faults)

    assert answer.status_code == 422
    assert (await allegro_partner.console.get("/_faults")).json()["settings"]["faults"] == {
        "duplicate": {"rate": 0.5, "next": 0}
    }


async def test_a_partner_without_a_numbered_feed_cannot_commit_late(gidso_partner: SimulatedPartner) -> None:
    answer = await gidso_partner.set_faults({"late_commit": {"next": 1}})

    assert answer.status_code == 422
    assert "late_commit" in answer.json()["fout"]


async def test_the_page_shows_which_faults_are_in_force(partner: SimulatedPartner) -> None:
    await partner.set_faults({"duplicate": {"rate": 0.25}})

    page = (await partner.console.get("/")).text

    assert "duplicate 25%: 0 keer" in page


async def test_no_faults_are_made_unless_asked(partner: SimulatedPartner) -> None:
    for _ in range(3):
        await partner.pull()

    account = (await partner.console.get("/_faults")).json()

    assert set(account["made"].values()) == {0}


def draws(system: str, seed: int) -> list[bool]:
    plan = FaultPlan(system, frozenset(FaultKind), SettableClock(NOON))
    faults = {"delay": {"rate": 0.5}, "duplicate": {"rate": 0.5}}
    plan.apply(FaultSettings.model_validate({"seed": seed, "faults": faults}))
    return [plan.triggers(kind) for _ in range(50) for kind in (FaultKind.DELAY, FaultKind.DUPLICATE)]


def test_the_same_seed_makes_the_same_faults_and_another_makes_others() -> None:
    assert draws("rmw", 7) == draws("rmw", 7)
    assert draws("rmw", 7) != draws("rmw", 8)
    assert draws("rmw", 7) != draws("gidso", 7)


async def test_simulators_are_filled_with_invented_cases_once(partner: SimulatedPartner) -> None:
    urls = {partner.system: partner.url}

    for _ in range(2):
        await register_fake_cases(urls, seed=7, number=12)

    new = [record for record in await partner.pull() if "9000" in record.case_id or partner.system is System.ALLEGRO]
    cases = {record.case_id for record in new}
    assert len(cases) == 12 + (3 if partner.system is System.ALLEGRO else 0)
    assert set(reasons(new)) == {""}


async def test_files_from_before_the_hub_are_made_once_some_without_a_reference_and_some_twice(
    partner: SimulatedPartner,
) -> None:
    if partner.system is not System.ALLEGRO:
        return
    for _ in range(2):
        await register_fake_cases({partner.system: partner.url}, seed=7, number=22, before_hub=True)

    assert partner.adapter.register
    cases = [case async for page in partner.adapter.register.pages() for case in page.cases if not case.referral_id]

    references = [case.reference for case in cases]
    assert (len(cases), references.count(None)) == (24, 4)
    assert sorted(each for each in set(references) if each and references.count(each) > 1) == ["G-900022", "R900011"]


def test_invented_cases_are_the_same_for_a_seed_and_have_numbers_that_were_never_given_out() -> None:
    cases = fake_cases(7, 30, set(ALL))

    numbers = [row.bsn for row in cases if row.bsn]
    assert cases == fake_cases(7, 30, set(ALL)) != fake_cases(8, 30, set(ALL))
    assert all(is_bsn(number) and number.startswith("9999") for number in numbers)


@pytest.mark.parametrize("contract", ["allegro", "gidso"])
def test_every_field_of_a_contract_is_described(contract: str) -> None:
    document = yaml.safe_load(Path(f"openapi/partners/{contract}.yaml").read_text(encoding="utf-8"))

    silent = [path for path, field in fields(document["components"]) if "description" not in field]

    assert silent == []


def fields(node: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every field of a schema; a rule that narrows a field is no field."""
    narrowing = {"oneOf", "allOf", "if", "then", "example", "examples"}
    if isinstance(node, dict):
        named = node.get("properties", {})
        yield from ((f"{path}/{name}", field) for name, field in named.items())
        for name, child in node.items():
            if name not in narrowing:
                yield from fields(child, f"{path}/{name}")
    elif isinstance(node, list):
        for child in node:
            yield from fields(child, path)
