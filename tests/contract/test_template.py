"""The template adapter in the engine, against its partner over real HTTP, on each store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.adapters.common.adapter import Adapter
from app.adapters.template import connect_template
from app.adapters.template.mapping import MOMENTS, SYSTEM, TABLES, Tables, to_message
from app.adapters.template.source import PAGE_SIZE
from app.database import Database
from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion, IncomeSituation, ReferralStatus, WithdrawalReason
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.partners import JobKind
from app.domain.ports import PartnerMessage, PartnerSink, PartnerSource, Receipt
from app.operations.intake.apply import PageResult
from app.sandbox.runtime import serving
from tests.support.adapter_env import TEAM, AdapterEnv, connected_hub
from tests.support.hub import CONFIRM, NOW, SCHEDULE
from tests.support.template_partner import TOKEN, TemplatePartner, running_partner

MORE_INCOMES = replace(TABLES, incomes={**TABLES.incomes, "onderneming": IncomeSituation.HAS_INCOME})


@pytest.fixture
def partner() -> TemplatePartner:
    return TemplatePartner()


@pytest.fixture
async def url(partner: TemplatePartner) -> AsyncIterator[str]:
    async with running_partner(partner) as address:
        yield address


@pytest.fixture
async def adapter(url: str) -> AsyncIterator[Adapter]:
    async with opened(url) as adapter:
        yield adapter


@pytest.fixture
async def env(database: Database, adapter: Adapter) -> AsyncIterator[AdapterEnv]:
    async with connected_hub(database, adapter) as env:
        yield env


@asynccontextmanager
async def opened(url: str, token: str = TOKEN, tables: Tables = TABLES) -> AsyncIterator[Adapter]:
    """Return an adapter that is closed at the end of the block."""
    adapter = connect_template(url, token, tables)
    try:
        yield adapter
    finally:
        await adapter.close()


def message(**values: Any) -> PartnerMessage:
    usual = PartnerMessage(
        id=UUID(int=7),
        event_type=EventType.INTAKE_ATTENDED,
        moment=DisclosureOccasion.INTAKE_ATTENDED,
        referral_id=UUID(int=1),
        external_id="A-1",
        occurred_at=NOW,
    )
    return replace(usual, **values)


def test_source_and_sink_are_the_ports_of_the_hub(adapter: Adapter) -> None:
    source: PartnerSource = adapter.source
    sink: PartnerSink = adapter.sink

    assert source.system == sink.system == adapter.system


async def test_a_new_referral_reaches_the_hub_with_its_cursor(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save("A-1")
    partner.save("A-2", klant={"voornaam": "An", "achternaam": "Voorbeeld", "geboortedatum": "1985-01-02"})

    tally = await env.pull()

    case = await env.hub.case(await env.referral("A-1"))
    assert tally == PageResult(applied=2)
    assert (case.referral.organisation.code, case.referral.reference) == (TEAM, "A-1")
    assert case.contents.income_situation is IncomeSituation.HAS_INCOME
    assert await env.hub.cursor(SYSTEM) == "2"


async def test_the_next_pull_reads_only_what_is_new(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save("A-1")
    await env.pull()

    again = await env.pull()
    partner.save("A-1", gebied="Noord")
    changed = await env.pull()

    assert (again, changed) == (PageResult(), PageResult(applied=1))
    assert (await env.hub.case(await env.referral("A-1"))).contents.area == "Noord"


async def test_a_withdrawal_keeps_its_coded_reason(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save()
    await env.pull()
    partner.save(stand="ingetrokken", redenIntrekking="eldersGeholpen")

    tally = await env.pull()

    assert tally == PageResult(applied=1)
    assert await env.status("A-1") is ReferralStatus.WITHDRAWN
    referral = (await env.hub.case(await env.referral("A-1"))).referral
    assert referral.withdrawal_reason is WithdrawalReason.HELPED_ELSEWHERE


async def test_the_feed_is_read_in_pages(partner: TemplatePartner, adapter: Adapter) -> None:
    for number in range(PAGE_SIZE + 1):
        partner.save(f"A-{number}")

    pages = [page async for page in adapter.source.changes(None)]

    assert [(len(page.records), page.cursor) for page in pages] == [(PAGE_SIZE, "500"), (1, "501")]


async def test_what_is_new_to_the_contract_is_counted_by_place(partner: TemplatePartner, adapter: Adapter) -> None:
    klant = {"voornaam": "Yara", "achternaam": "Voorbeeld", "geboortedatum": "1990-05-17", "bijnaam": "Y"}
    partner.save("A-1", klant=klant, kleur="rood")
    partner.save("A-2", kleur="blauw", inkomen="onderneming")

    (page,) = [page async for page in adapter.source.changes(None)]

    assert page.drift == {"aanmelding.kleur": 2, "aanmelding.klant.bijnaam": 1, "aanmelding.inkomen": 1}
    assert [record.unread is None for record in page.records] == [True, False]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("nummer", {"nummer": ""}),
        ("versie", {"versie": "2"}),
        ("gewijzigdOp", {"gewijzigdOp": "2026-03-02"}),
        ("aangemeldOp", {"aangemeldOp": 1_772_000_000}),
        ("klant.geboortedatum", {"klant": {"voornaam": "Y", "achternaam": "V", "geboortedatum": "geheim"}}),
        ("klant.bsn", {"klant": {"voornaam": "Y", "achternaam": "V", "geboortedatum": "1990-05-17", "bsn": "123"}}),
        ("stand", {"stand": "geheim verhaal"}),
        ("redenIntrekking", {"stand": "ingetrokken"}),
        ("inkomen", {"inkomen": "geheim verhaal"}),
        ("terugkoppeling", {"terugkoppeling": "ja"}),
    ],
)
async def test_what_is_outside_the_contract_is_named_and_never_guessed(
    partner: TemplatePartner, adapter: Adapter, field: str, values: dict[str, Any]
) -> None:
    partner.save(**values)

    (page,) = [page async for page in adapter.source.changes(None)]

    (record,) = page.records
    assert record.commands == ()
    assert record.unread is not None
    assert record.unread.field == field
    assert "geheim" not in record.unread.message


async def test_an_unreadable_record_harms_no_other(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save("A-1", inkomen="onderneming")
    partner.save("A-2")

    tally = await env.pull()

    (quarantined,) = await env.hub.quarantine(system=SYSTEM)
    assert tally == PageResult(applied=1, quarantined=1)
    assert (quarantined.case_id, quarantined.field, quarantined.reason) == ("A-1", "inkomen", "unknown-code")
    assert await env.status("A-2") is ReferralStatus.RECEIVED


async def test_a_code_that_got_its_line_is_applied_by_a_retry(
    env: AdapterEnv, partner: TemplatePartner, url: str
) -> None:
    partner.save("A-1", inkomen="onderneming")
    await env.pull()
    in_vain = await env.do_job(JobKind.RETRY)

    async with opened(url, tables=MORE_INCOMES) as adapter:
        report = await env.do_job(JobKind.RETRY, adapter)

    assert (in_vain["applied"], report["applied"]) == (0, 1)
    assert await env.hub.quarantine(system=SYSTEM) == []
    contents = (await env.hub.case(await env.referral("A-1"))).contents
    assert contents.income_situation is IncomeSituation.HAS_INCOME


async def test_an_older_version_never_replaces_a_newer_one(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save(gebied="Noord")
    partner.save(gebied="Charlois")
    await env.pull()
    partner.save(gebied="Noord", versie=1)

    tally = await env.pull()

    assert tally == PageResult(unchanged=1)
    assert (await env.hub.case(await env.referral("A-1"))).contents.area == "Charlois"


async def test_a_vanished_referral_is_found_by_comparing_and_withdrawn(
    env: AdapterEnv, partner: TemplatePartner
) -> None:
    partner.save("A-1")
    await env.pull()
    partner.delete("A-1")

    report = await env.do_job(JobKind.RECONCILE)

    assert report["deleted"] == {"count": 1, "keys": ["aanmelding/A-1"]}
    assert await env.status("A-1") is ReferralStatus.WITHDRAWN


async def test_a_first_backfill_sends_no_message(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save("A-1")

    report = await env.do_job(JobKind.BACKFILL)
    await env.deliver()

    assert report["applied"] == 1
    assert partner.written() == []


async def test_a_second_backfill_applies_what_got_its_line_and_sends_no_message(
    env: AdapterEnv, partner: TemplatePartner, url: str
) -> None:
    partner.save("A-1", inkomen="onderneming")
    await env.do_job(JobKind.BACKFILL)

    async with opened(url, tables=MORE_INCOMES) as adapter:
        report = await env.do_job(JobKind.BACKFILL, adapter)
    await env.deliver()

    assert report["applied"] == 1
    assert await env.hub.quarantine(system=SYSTEM) == []
    assert partner.written() == []


async def test_what_happens_is_written_on_the_referral(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save()
    await env.pull()
    await env.hub.execute(await env.referral("A-1"), CONFIRM, SCHEDULE)

    await env.deliver()

    written = partner.written()
    assert [each["moment"] for each in written] == ["ONTVANGEN", "BEVESTIGD", "INTAKE_GEPLAND"]
    assert written[-1]["afspraakOp"] == "2026-03-10T09:00:00Z"


async def test_a_message_is_no_change_of_the_referral(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save()
    await env.pull()

    await env.deliver()

    assert partner.written() != []
    assert await env.pull() == PageResult()


async def test_a_message_whose_answer_was_lost_is_not_written_again(env: AdapterEnv, partner: TemplatePartner) -> None:
    partner.save()
    await env.pull()
    partner.answers_to_lose = 1
    await env.deliver()

    env.hub.clock.set(NOW + timedelta(hours=1))
    await env.deliver()

    assert [each["moment"] for each in partner.written()] == ["ONTVANGEN"]


async def test_a_message_that_did_not_arrive_is_written_at_a_later_try(
    env: AdapterEnv, partner: TemplatePartner
) -> None:
    partner.save()
    await env.pull()
    partner.down = True
    await env.deliver()

    partner.down = False
    env.hub.clock.set(NOW + timedelta(hours=1))
    await env.deliver()

    assert [each["moment"] for each in partner.written()] == ["ONTVANGEN"]


async def test_the_partner_itself_stores_a_repeated_message_twice(partner: TemplatePartner, adapter: Adapter) -> None:
    partner.save()

    first = await adapter.sink.deliver(message())
    await adapter.sink.deliver(message())
    third = await adapter.sink.deliver(message(attempt=3))

    assert (first, third) == (Receipt("A-1"), Receipt("A-1", already_there=True))
    assert len(partner.written()) == 2


@pytest.mark.parametrize("values", [{"external_id": None}, {"moment": None}, {"external_id": "A-2"}])
async def test_a_message_without_a_place_at_the_partner_is_refused(
    partner: TemplatePartner, adapter: Adapter, values: dict[str, Any]
) -> None:
    partner.save()

    with pytest.raises(PartnerRefused):
        await adapter.sink.deliver(message(**values))


async def test_a_partner_that_is_down_keeps_its_cursor_and_says_when_to_come_back(
    env: AdapterEnv, partner: TemplatePartner
) -> None:
    partner.save()
    await env.pull()
    partner.down = True

    with pytest.raises(PartnerUnreachable) as caught:
        await env.pull()

    assert caught.value.retry_after_seconds == 30
    assert await env.hub.cursor(SYSTEM) == "1"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("<html>onderhoud</html>", "not in its contract"),
        ('{"wijzigingen": null}', "not in its contract"),
        ('{"wijzigingen": [{"volgnummer": "8", "aanmelding": {}}]}', "not in its contract"),
        # A feed that was restored from a backup looks like this.
        ('{"wijzigingen": [{"volgnummer": 7, "aanmelding": {}}]}', "does not move on"),
    ],
)
async def test_an_answer_that_cannot_be_followed_is_not_taken_for_an_empty_page(answer: str, why: str) -> None:
    async def give(_: Request) -> Response:
        return PlainTextResponse(answer)

    service = Starlette(routes=[Route("/v1/wijzigingen", give)])
    async with serving(service) as server, opened(server.url) as adapter:
        with pytest.raises(PartnerUnreachable, match=why):
            await anext(adapter.source.changes("7"))


async def test_a_wrong_token_waits_for_the_right_one(url: str) -> None:
    async with opened(url, "wrong") as wrong_credentials:
        with pytest.raises(PartnerUnreachable, match="token"):
            await anext(wrong_credentials.source.changes(None))
        with pytest.raises(PartnerUnreachable, match="token"):
            await wrong_credentials.sink.deliver(message(attempt=2))


@pytest.mark.parametrize("moment", FEEDBACK_MOMENTS)
def test_every_moment_has_a_code(moment: DisclosureOccasion) -> None:
    assert to_message(message(moment=moment))["moment"] == MOMENTS[moment]


def test_a_vanished_referral_is_a_withdrawal(adapter: Adapter) -> None:
    record = adapter.source.on_removed("aanmelding", "A-1", "A-1", datetime(2026, 3, 3, tzinfo=UTC))

    assert record is not None
    assert [type(command).__name__ for command in record.commands] == ["WithdrawReferral"]
