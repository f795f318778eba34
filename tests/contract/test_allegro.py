import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.adapters.allegro import connect_allegro
from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.source import GAP_LIMIT, PAGE_SIZE, complete_up_to
from app.adapters.common.http import BearerAuth
from app.domain.codes import IntakeResult, SignalKind
from app.domain.commands import ConcludeIntake, MarkUnreachable, PauseTrajectory
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.ports import Page
from app.oauth_client import OAuthClient
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.allegro.codes import intake_result_code
from app.sandbox.runtime import Store
from tests.support.allegro_env import START, AllegroEnv, about, fact, message, records, running_allegro


@pytest.fixture
async def env() -> AsyncIterator[AllegroEnv]:
    async with running_allegro(Store()) as opened:
        yield opened


async def test_a_referral_gets_a_file_and_keeps_it_when_amended(env: AllegroEnv) -> None:
    referral = await env.refer(CLIENT_FAMILY_NAME="Aksoy")
    amended = about(referral, EventType.REFERRAL_AMENDED, CLIENT_FAMILY_NAME="<Aksoy-de Wit>")

    receipt = await env.adapter.sink.deliver(amended)

    assert receipt.external_id == referral.external_id == "A0000001"
    assert "&lt;Aksoy-de Wit&gt;" in await env.page()


async def test_what_a_counsellor_registers_is_read_as_commands_on_the_case(env: AllegroEnv) -> None:
    referral = await env.refer()
    await env.register(
        fact(1, "intakeresultaat", gegevens=dict(intake_result_code(IntakeResult.ROUTE_TO_KBR))),
        fact(2, "notitie", gegevens={"tekst": "belt liever niet"}),
    )

    (page,) = await env.pull()

    result, note = page.records
    assert result.commands == (ConcludeIntake(IntakeResult.ROUTE_TO_KBR, START.date()),)
    assert (result.case_id, result.referral_id) == (referral.external_id, referral.referral_id)
    assert (note.commands, note.unread) == ((), None)
    assert page.cursor == "2"


async def test_the_cursor_reads_on_over_several_pages(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(*(fact(number) for number in range(PAGE_SIZE + 5)))

    pages = await env.pull()
    await env.register(fact(9999, "onbereikbaar"))
    (later,) = await env.pull(pages[-1].cursor)

    assert [len(page.records) for page in pages] == [PAGE_SIZE, 5]
    assert [page.cursor for page in pages] == [str(PAGE_SIZE), str(PAGE_SIZE + 5)]
    assert later.records[-1].commands == (MarkUnreachable(),)
    assert len(later.records) == 1


@pytest.mark.parametrize(
    ("complete", "numbers", "expected"),
    [
        (0, {1, 2, 3}, 3),
        (3, {5, 6}, 3),
        (3, {4, 6}, 4),
        (3, {5 + GAP_LIMIT}, 5),
        (3, {5, 6, 5 + GAP_LIMIT}, 6),
        (0, {1000, 1001}, 1001 - GAP_LIMIT),
    ],
)
def test_the_cursor_stays_before_a_missing_number_until_it_was_given_up(
    complete: int, numbers: set[int], expected: int
) -> None:
    assert complete_up_to(complete, numbers) == expected


async def test_a_change_committed_late_under_an_older_number_is_not_missed(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(fact(1, "onbereikbaar", laat=True), fact(2))
    (before,) = await env.pull()
    await env.console.post("/_console/vastleggingen")

    (after,) = await env.pull(before.cursor)

    assert [record.commands for record in before.records] == [(PauseTrajectory(),)]
    assert [record.commands for record in after.records] == [(MarkUnreachable(),), (PauseTrajectory(),)]
    assert (before.cursor, after.cursor) == ("0", "2")


async def test_reading_again_returns_equal_records(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(fact(1))

    first = records(await env.pull())
    second = records(await env.pull("0"))

    assert first == second


async def test_an_unknown_code_affects_no_other_record(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(
        fact(1, "huisbezoek"), fact(2, "kbr_aanvraag", gegevens={"code": 777, "omschrijving": "Nieuw"}), fact(3)
    )

    read = records(await env.pull())

    assert [record.unread.reason if record.unread else None for record in read] == [
        "unknown-code",
        "unknown-code",
        None,
    ]


async def test_an_empty_feed_is_an_empty_page_which_shows_that_allegro_answered(env: AllegroEnv) -> None:
    assert await env.pull() == [Page((), "0")]


async def test_a_signal_reaches_the_counsellor(env: AllegroEnv) -> None:
    referral = await env.refer()
    signal = about(referral, EventType.SIGNAL_GIVEN, SIGNAL_KIND=SignalKind.SUPPORT_STOPPED.value)

    receipt = await env.adapter.sink.deliver(signal)

    assert (receipt.external_id, receipt.already_there) == (referral.external_id, False)
    assert SignalKind.SUPPORT_STOPPED.label in await env.page()


async def test_the_referrals_that_have_a_file_are_listed_page_by_page_in_order(env: AllegroEnv) -> None:
    referrals = [await env.refer() for _ in range(3)]
    client = AllegroClient(env.url, CLIENT_ID, CLIENT_SECRET)

    first = await client.referrals("", 2)
    rest = await client.referrals(first[-1].file_number, 2)

    await client.close()
    assert [(each.referral_id, each.file_number) for each in (*first, *rest)] == [
        (each.referral_id, each.external_id) for each in referrals
    ]
    assert len(rest) == 1


async def test_a_message_with_an_unknown_outcome_is_looked_up_and_not_sent_again(env: AllegroEnv) -> None:
    signal = about(await env.refer(), EventType.SIGNAL_GIVEN, SIGNAL_KIND=SignalKind.WORKER_CHANGED.value)
    env.proxy.drop_answers = True
    with pytest.raises(PartnerUnreachable):
        await env.adapter.sink.deliver(signal)
    env.proxy.drop_answers = False
    env.proxy.calls.clear()

    receipt = await env.adapter.sink.deliver(replace(signal, attempt=2))

    assert receipt.already_there
    assert [call.split()[0] for call in env.proxy.calls] == ["GET"]
    assert (await env.page()).count(SignalKind.WORKER_CHANGED.label) == 1


async def test_a_message_that_never_arrived_is_sent_at_the_next_try(env: AllegroEnv) -> None:
    signal = about(await env.refer(), EventType.SIGNAL_GIVEN, SIGNAL_KIND=SignalKind.CONTACT_RESTORED.value)

    receipt = await env.adapter.sink.deliver(replace(signal, attempt=2))

    assert not receipt.already_there
    assert SignalKind.CONTACT_RESTORED.label in await env.page()


async def test_a_referral_with_an_unknown_outcome_gets_one_file(env: AllegroEnv) -> None:
    referral = message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE="WC-1")
    await env.refer()
    env.proxy.drop_answers = True
    with pytest.raises(PartnerUnreachable):
        await env.adapter.sink.deliver(referral)
    env.proxy.drop_answers = False

    receipt = await env.adapter.sink.deliver(replace(referral, attempt=2))

    assert receipt.external_id == "A0000002"
    assert len((await env.console.get("/_console/dossiers")).json()["dossiers"]) == 2


async def test_another_message_under_the_same_id_is_refused(env: AllegroEnv) -> None:
    signal = about(await env.refer(), EventType.SIGNAL_GIVEN, SIGNAL_KIND=SignalKind.WORKER_CHANGED.value)
    await env.adapter.sink.deliver(signal)

    with pytest.raises(PartnerRefused):
        await env.adapter.sink.deliver(replace(signal, fields={}))


async def test_a_message_about_an_unknown_referral_is_refused(env: AllegroEnv) -> None:
    with pytest.raises(PartnerRefused):
        await env.adapter.sink.deliver(message(EventType.REFERRAL_WITHDRAWN))


async def test_an_event_for_which_allegro_has_no_place_is_refused_without_a_call(env: AllegroEnv) -> None:
    with pytest.raises(PartnerRefused):
        await env.adapter.sink.deliver(message(EventType.PLAN_SIGNED))

    assert env.proxy.calls == []


async def test_many_calls_at_once_share_one_token(env: AllegroEnv) -> None:
    await asyncio.gather(*(env.refer() for _ in range(8)))

    assert env.proxy.calls.count("POST /oauth/token") == 1


async def test_a_refused_token_is_renewed_once(env: AllegroEnv) -> None:
    await env.refer()
    env.clock.set(START + timedelta(minutes=16))

    await asyncio.gather(*(env.refer() for _ in range(4)))

    assert env.proxy.calls.count("POST /oauth/token") == 2


async def test_wrong_credentials_can_be_put_right_so_nothing_is_given_up(env: AllegroEnv) -> None:
    wrong_credentials = connect_allegro(env.url, CLIENT_ID, "wrong")

    with pytest.raises(PartnerUnreachable, match="credentials"):
        await wrong_credentials.sink.deliver(message(EventType.REFERRAL_RECEIVED))

    await wrong_credentials.close()


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_login_is_no_refused_message(env: AllegroEnv, status: int) -> None:
    env.proxy.answer = JSONResponse({"error": "invalid_client"}, status)

    with pytest.raises(PartnerUnreachable, match="credentials"):
        await env.adapter.sink.deliver(message(EventType.REFERRAL_RECEIVED))


async def test_a_token_is_renewed_before_it_ends(env: AllegroEnv) -> None:
    moment = 0.0
    login = OAuthClient(token_url=f"{env.url}/oauth/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    client = httpx.AsyncClient(base_url=env.url)
    client.auth = BearerAuth(client, login, "Allegro", lambda: moment)
    await client.get("/api/v1/mutaties")
    moment = 14.5 * 60
    await client.get("/api/v1/mutaties")

    await client.aclose()

    tokens, reads = env.proxy.calls[::2], env.proxy.calls[1::2]
    assert tokens == ["POST /oauth/token"] * 2
    assert reads == ["GET /api/v1/mutaties"] * 2


async def test_a_token_that_never_works_is_asked_for_twice_and_no_more(env: AllegroEnv) -> None:
    await env.refer()
    env.proxy.answer = _only_tokens
    env.proxy.calls.clear()

    with pytest.raises(PartnerUnreachable):
        await env.pull()

    assert env.proxy.calls == ["GET /api/v1/mutaties", "POST /oauth/token", "GET /api/v1/mutaties"]


async def test_maintenance_is_reported_with_its_wait(env: AllegroEnv) -> None:
    env.proxy.answer = JSONResponse({"foutcode": "onderhoud", "melding": ""}, 503, {"Retry-After": "120"})

    with pytest.raises(PartnerUnreachable) as caught:
        await env.pull("17")

    assert caught.value.retry_after_seconds == 120


async def test_an_answer_outside_the_contract_is_no_success(env: AllegroEnv) -> None:
    await env.refer()
    env.proxy.answer = PlainTextResponse("<html>Welkom</html>")

    with pytest.raises(PartnerUnreachable):
        await env.pull()


async def test_a_closed_port_is_unreachable() -> None:
    adapter = connect_allegro("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET)

    with pytest.raises(PartnerUnreachable):
        await adapter.sink.deliver(message(EventType.REFERRAL_RECEIVED))

    await adapter.close()


async def _only_tokens(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/oauth/token":
        await JSONResponse({"access_token": "old", "token_type": "Bearer", "expires_in": 900})(scope, receive, send)
    else:
        await JSONResponse({"foutcode": "token-ongeldig", "melding": ""}, 401)(scope, receive, send)
