"""What a server between the hub and a partner answers is neither a refusal nor a success of the partner."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from app.domain.errors import CursorExpired, PartnerRefused, PartnerUnreachable
from app.domain.ports import PartnerMessage
from tests.support.between import OUTGOING, Outgoing, outgoing
from tests.support.hostile import FOREIGN_ERRORS, FOREIGN_SUCCESSES, HostileAnswer


@pytest.fixture(params=OUTGOING)
async def partner(request: pytest.FixtureRequest) -> AsyncIterator[Outgoing]:
    """Return each partner behind a server, with a message to write."""
    async with outgoing(request.param) as partner:
        yield partner


async def outcome(partner: Outgoing, message: PartnerMessage) -> str:
    """Return what a delivery came to, in a word."""
    try:
        receipt = await partner.adapter.sink.deliver(message)
    except PartnerRefused:
        return "refused"
    except PartnerUnreachable:
        return "waits"
    return "was there" if receipt.already_there else "written"


async def test_no_error_of_a_server_in_between_is_a_refusal(partner: Outgoing) -> None:
    outcomes = {}
    for answer in FOREIGN_ERRORS:
        partner.between.answer = answer
        outcomes[answer.name] = [await outcome(partner, partner.message), await outcome(partner, partner.second)]

    assert {name: found for name, found in outcomes.items() if found != ["waits", "waits"]} == {}
    partner.between.answer = None
    assert await outcome(partner, partner.second) == "written"
    assert await partner.count() == 1


async def test_a_success_that_is_not_the_contracts_is_no_delivery(partner: Outgoing) -> None:
    partner.between.to_look_ups = False
    outcomes = {}
    for answer in FOREIGN_SUCCESSES:
        partner.between.answer = answer
        outcomes[answer.name] = [await outcome(partner, partner.message), await outcome(partner, partner.second)]

    assert {name: found for name, found in outcomes.items() if found != ["waits", "waits"]} == {}
    assert await partner.count() == 0
    partner.between.answer = None
    assert await outcome(partner, partner.second) == "written"
    assert await partner.count() == 1


@pytest.mark.parametrize("answer", FOREIGN_SUCCESSES, ids=lambda answer: answer.name)
async def test_a_message_that_arrived_behind_another_success_is_found(partner: Outgoing, answer: HostileAnswer) -> None:
    partner.between.answer = answer
    partner.between.passes_on, partner.between.to_look_ups = True, False

    first, second = await outcome(partner, partner.message), await outcome(partner, partner.second)

    assert [first, second] == ["written", "was there"]
    assert await partner.count() == 1


async def test_a_look_up_that_a_server_in_between_answers_finds_nothing_out(partner: Outgoing) -> None:
    partner.between.to_changes = False
    outcomes = {}
    for answer in (*FOREIGN_ERRORS, *FOREIGN_SUCCESSES):
        partner.between.answer = answer
        outcomes[answer.name] = await outcome(partner, partner.second)

    assert {name: found for name, found in outcomes.items() if found != "waits"} == {}
    assert await partner.count() == 0


@pytest.mark.parametrize("name", [name for name in OUTGOING if name != "allegro, referral"])
async def test_a_refusal_of_the_partner_itself_is_final(name: str) -> None:
    async with outgoing(name) as partner:
        unknown = replace(partner.message, external_id="R999999", referral_id=uuid4())

        assert await outcome(partner, unknown) == "refused"


async def test_pulls_wait_for_the_partner_itself(partner: Outgoing) -> None:
    outcomes = {}
    for answer in (*FOREIGN_ERRORS, *FOREIGN_SUCCESSES):
        partner.between.answer = answer
        try:
            outcomes[answer.name] = str([page async for page in partner.adapter.source.changes(None)])
        except PartnerUnreachable:
            continue
        except (PartnerRefused, CursorExpired) as error:
            outcomes[answer.name] = type(error).__name__

    assert outcomes == {}
