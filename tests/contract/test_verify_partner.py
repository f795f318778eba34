"""Our simulators pass every check, and each fault that breaks a contract is reported with its remedy."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.codes import System
from app.kit.judgement import Judgement, NotExamined, Verdict
from app.kit.partner.verify import PartnerTarget, verify_partner
from app.sandbox.faults.plan import FaultKind
from app.sandbox.runtime import SettableClock
from tests.support.simulated_partner import ALL, SimulatedPartner, adapter_of, started, unknown_to

NOON = datetime(2020, 3, 12, 12, tzinfo=UTC)
EACH_TIME = {"rate": 1.0}
"""Each call, or each record when it is first listed."""


async def found(partner: SimulatedPartner, *, write: bool = False, step: float = 0.0) -> dict[str, Judgement]:
    moments = iter(range(10_000))
    unknown = unknown_to(partner.system, partner.url, partner.clock)
    target = PartnerTarget(url=partner.url, adapter=partner.adapter, unknown=unknown, may_write=write)
    try:
        judged = verify_partner(target, partner.clock, lambda: next(moments) * step)
        return {each.check: each async for each in judged}
    finally:
        await unknown.close()


@pytest.fixture(params=ALL)
async def partner(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with AsyncExitStack() as running:
        partner = await started(running, request.param)
        for number in (4, 5, 6):
            await partner.register(number)
        yield partner


def wrong(judged: dict[str, Judgement]) -> set[str]:
    return {name for name, each in judged.items() if each.verdict is Verdict.WRONG}


async def test_a_simulator_passes_reading_and_writing(partner: SimulatedPartner) -> None:
    judged = await found(partner, write=True)

    assert {name: each.verdict for name, each in judged.items() if each.verdict is not Verdict.OK} == {
        # Over the loopback there is no TLS.
        "tls": Verdict.ADVICE
    }
    assert "write" in judged
    assert (await found(partner))["write"].verdict is Verdict.SKIPPED


async def test_without_the_option_to_write_nothing_is_written(partner: SimulatedPartner) -> None:
    before = partner.store.contents()

    await found(partner)
    read_only = partner.store.contents()
    await found(partner, write=True)

    assert read_only == before
    assert partner.store.contents() != before


@pytest.mark.parametrize(
    ("kind", "check", "said"),
    [
        (FaultKind.NEW_CODE, "codes", "agree on its meaning first"),
        (FaultKind.CHANGED_TYPE, "form", "in the type and format of the contract"),
        (FaultKind.DUPLICATE, "once", "List each record once"),
        (FaultKind.REORDER, "order", "the same each time"),
        (FaultKind.MAINTENANCE, "login", "run this again in 600 s"),
        (FaultKind.TOO_MANY, "login", "run this again in 30 s"),
        (FaultKind.UNAVAILABLE, "login", "run this again in 30 s"),
    ],
)
async def test_a_fault_is_reported_with_its_remedy(
    partner: SimulatedPartner, kind: FaultKind, check: str, said: str
) -> None:
    await partner.set_faults({kind: EACH_TIME})

    judged = await found(partner)

    assert check in wrong(judged)
    assert said in str(judged[check].mend)
    assert judged[check].docs
    assert all(each.mend for each in judged.values() if each.verdict is Verdict.WRONG)


async def test_records_that_vanish_are_reported(partner: SimulatedPartner) -> None:
    judged = {}
    unknown = unknown_to(partner.system, partner.url, partner.clock)
    target = PartnerTarget(url=partner.url, adapter=partner.adapter, unknown=unknown)
    async for each in verify_partner(target, partner.clock, lambda: 0.0):
        judged[each.check] = each
        if each.check == "wrong-login":
            await partner.set_faults({FaultKind.HARD_DELETE: {"next": 1}})
    await unknown.close()

    assert "kept" in wrong(judged)
    assert "tombstone" in str(judged["kept"].mend)


async def test_new_fields_are_no_fault_but_advice(partner: SimulatedPartner) -> None:
    await partner.set_faults({FaultKind.NEW_COLUMN: EACH_TIME})

    judged = await found(partner)

    assert (judged["fields"].verdict, wrong(judged)) == (Verdict.ADVICE, set())


async def test_a_slow_partner_is_advised_to_answer_sooner(partner: SimulatedPartner) -> None:
    judged = await found(partner, step=6.0)

    assert judged["login"].verdict is Verdict.ADVICE


async def test_a_message_whose_answer_was_lost_is_found_by_its_id(partner: SimulatedPartner) -> None:
    await partner.set_faults({FaultKind.LOST_ANSWER: {"next": 1}})

    judged = await found(partner, write=True)

    assert judged["write"].verdict is Verdict.ADVICE
    assert "found by its id" in judged["write"].came


async def test_a_clock_that_is_fast_is_reported() -> None:
    async with AsyncExitStack() as running:
        partner = await started(running, System.GIDSO)
        await partner.set_faults({FaultKind.CLOCK_SKEW: {"next": 1}})
        await partner.register(4)
        judged = await found(partner)

    assert wrong(judged) == {"clock"}
    assert "Synchronise the clock" in str(judged["clock"].mend)


async def test_a_delta_token_that_expires_at_once_is_reported() -> None:
    async with AsyncExitStack() as running:
        partner = await started(running, System.GIDSO)
        await partner.set_faults({FaultKind.EXPIRED_TOKEN: EACH_TIME})
        judged = await found(partner)

    assert wrong(judged) == {"continue"}


async def test_a_change_that_appears_behind_the_place_is_read_again() -> None:
    async with AsyncExitStack() as running:
        partner = await started(running, System.ALLEGRO)
        await partner.set_faults({FaultKind.LATE_COMMIT: {"next": 1}}, self_repairing=True)
        await partner.register(4)
        await partner.register(5)
        judged = await found(partner)

    assert wrong(judged) == set()


async def test_a_wrong_login_and_a_partner_that_is_away_are_told_apart(partner: SimulatedPartner) -> None:
    unknown = unknown_to(partner.system, partner.url, partner.clock)
    refused = PartnerTarget(url=partner.url, adapter=unknown, unknown=unknown)
    judged = {each.check: each async for each in verify_partner(refused, partner.clock)}
    await unknown.close()
    assert wrong(judged) == {"login"}
    assert "credentials" in str(judged["login"].mend)

    clock = SettableClock(NOON + timedelta(days=1))
    absent = adapter_of(partner.system, "http://127.0.0.1:1", clock)
    with pytest.raises(NotExamined, match="the connection is refused"):
        _ = [each async for each in verify_partner(PartnerTarget(url="", adapter=absent, unknown=absent), clock)]
    await absent.close()
