"""The adapter of RMW against its simulator, over real HTTP."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.adapters.rmw import connect_rmw
from app.adapters.rmw.mapping import ENDINGS
from app.adapters.rmw.soap import NAMESPACE
from app.domain.codes import DisclosureOccasion
from app.domain.commands import RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.ports import PartnerRecord
from app.sandbox.rmw.app import PASSWORD, USERNAME
from app.sandbox.runtime import Server
from tests.support.rmw_env import FULL, NOW, PATH, SOAP, RmwEnv, registration, running_rmw


@pytest.fixture
async def env() -> AsyncIterator[RmwEnv]:
    async with running_rmw() as env:
        yield env


async def served(answer: Response) -> Server:
    async def endpoint(_: Request) -> Response:
        return answer

    server = Server(Starlette(routes=[Route(PATH, endpoint, methods=["POST"])]))
    await server.start()
    return server


async def pull_from(answer: Response) -> list[PartnerRecord]:
    server = await served(answer)
    adapter = connect_rmw(server.url, USERNAME, PASSWORD)
    try:
        return [record async for page in adapter.source.changes(None) for record in page.records]
    finally:
        await adapter.close()
        await server.stop()


def list_answer(content: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body><lijstAanmeldingenResponse xmlns="{NAMESPACE}">{content}'
        "</lijstAanmeldingenResponse></s:Body></s:Envelope>"
    ).encode()


def fault_answer(faultcode: str, detail: str = "") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body><s:Fault><faultcode>{faultcode}</faultcode><faultstring/>'
        f'<detail><fout xmlns="{NAMESPACE}">{detail}</fout></detail></s:Fault></s:Body></s:Envelope>'
    ).encode()


async def test_pull_reads_a_registration_as_a_command(env: RmwEnv) -> None:
    await env.register(registration(**FULL))

    (record,) = await env.records()

    (command,) = record.commands
    assert isinstance(command, RegisterReferral)
    assert (record.kind, record.external_id, record.case_id) == ("aanmelding", "R000001", "R000001")
    assert (record.version, record.occurred_at, record.unread) == ("1", NOW, None)
    assert command.contents.case_lead == "Consulent <werk> & inkomen"


async def test_long_list_comes_in_pages_without_a_cursor(env: RmwEnv) -> None:
    await env.register(*(registration(f"R{n:06}") for n in range(1, 1002)))

    pages = [page async for page in env.adapter.source.changes(None)]

    assert [len(page.records) for page in pages] == [500, 500, 1]
    assert {page.cursor for page in pages} == {None}
    assert len({record.case_id for page in pages for record in page.records}) == 1001


async def test_list_of_nothing_is_one_empty_page(env: RmwEnv) -> None:
    assert await env.records() == []


async def test_other_referral_codes_are_not_read(env: RmwEnv) -> None:
    await env.register(registration("R000001", aanmeldcode="TAAL"), registration("R000002"))

    assert [record.case_id for record in await env.records()] == ["R000002"]


async def test_hub_does_not_read_its_own_writes_as_changes(env: RmwEnv) -> None:
    await env.register(registration(**FULL))
    before = await env.records()

    await env.deliver("R000001", EventType.REFERRAL_REJECTED, DisclosureOccasion.CONFIRMED)

    after = await env.records()
    assert after[0].version > before[0].version
    assert (after[0].payload, after[0].commands, after[0].occurred_at) == (
        before[0].payload,
        before[0].commands,
        before[0].occurred_at,
    )


async def test_change_by_a_consultant_changes_the_payload(env: RmwEnv) -> None:
    await env.register(registration())
    before = await env.records()

    await env.register(registration(regie="Consulent werk"))

    assert (await env.records())[0].payload != before[0].payload


async def test_same_content_at_the_console_changes_nothing(env: RmwEnv) -> None:
    await env.register(registration())

    counts = await env.register(registration())

    assert counts == {"gewijzigd": 0, "ongewijzigd": 1}
    assert (await env.shown("R000001"))["mutatienummer"] == 1


async def test_lapsed_registration_is_pulled_as_withdrawal(env: RmwEnv) -> None:
    await env.register(registration(vervallen="J"))

    (record,) = await env.records()

    assert isinstance(record.commands[0], WithdrawReferral)


async def test_unknown_code_affects_its_own_record_only(env: RmwEnv) -> None:
    await env.register(registration("R000001", inkomen="ZZ"), registration("R000002"))

    spoiled, sound = await env.records()

    assert spoiled.unread is not None
    assert (spoiled.unread.field, spoiled.unread.reason, spoiled.commands) == ("inkomen", "unknown-code", ())
    assert sound.unread is None


async def test_record_without_number_is_identified_by_its_position() -> None:
    (record,) = await pull_from(Response(list_answer("<totaal>1</totaal><aanmelding><gebied>X</gebied></aanmelding>")))

    assert record.case_id == "positie-1"
    assert record.unread is not None


@pytest.mark.parametrize("event", sorted(ENDINGS))
async def test_ending_closes_the_tab_after_the_status(env: RmwEnv, event: EventType) -> None:
    await env.register(registration())
    delivery = uuid4()

    receipt = await env.deliver("R000001", event, DisclosureOccasion.CLOSED, id=delivery)

    shown = await env.shown("R000001")
    assert (receipt.external_id, receipt.already_there) == ("R000001", False)
    assert [line["kenmerk"] for line in shown["statussen"]] == [str(delivery)]
    assert shown["tab"] == {"stand": "G", "datumGesloten": "20190902", "kenmerk": str(delivery)}


async def test_feedback_on_the_way_leaves_the_tab_open(env: RmwEnv) -> None:
    await env.register(registration())
    fields = {Field.APPOINTMENT_STARTS_AT: "2019-09-13T08:30:00+00:00"}

    await env.deliver("R000001", EventType.INTAKE_SCHEDULED, DisclosureOccasion.INTAKE_PLANNED, fields=fields)

    shown = await env.shown("R000001")
    assert shown["tab"] == {"stand": "O"}
    assert (shown["statussen"][0]["statuscode"], shown["statussen"][0]["toelichting"]) == (
        "IP",
        "Afspraak: 13-09-2019 10:30",
    )


async def test_second_try_finds_what_the_first_left(env: RmwEnv) -> None:
    await env.register(registration())
    delivery = uuid4()
    await env.deliver("R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED, id=delivery)

    receipt = await env.deliver(
        "R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED, id=delivery, attempt=2
    )

    assert (receipt.external_id, receipt.already_there) == ("R000001", True)
    assert len((await env.shown("R000001"))["statussen"]) == 1


async def test_second_try_finishes_what_the_first_began(env: RmwEnv) -> None:
    await env.register(registration())
    delivery = uuid4()
    # The first attempt wrote only the status line, as an event does that leaves the tab open.
    await env.deliver("R000001", EventType.TRAJECTORY_PAUSED, DisclosureOccasion.CHANGE, id=delivery)

    receipt = await env.deliver(
        "R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED, id=delivery, attempt=2
    )

    shown = await env.shown("R000001")
    assert receipt.already_there is False
    assert (len(shown["statussen"]), shown["tab"]["stand"]) == (1, "G")


async def test_second_try_sends_what_never_arrived(env: RmwEnv) -> None:
    await env.register(registration())

    receipt = await env.deliver("R000001", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED, attempt=3)

    assert receipt.already_there is False
    assert len((await env.shown("R000001"))["statussen"]) == 1


async def test_tab_closed_before_is_no_failure(env: RmwEnv) -> None:
    await env.register(registration())
    await env.deliver("R000001", EventType.TRAJECTORY_STOPPED, DisclosureOccasion.CLOSED)

    await env.deliver("R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED)

    assert [line["statuscode"] for line in (await env.shown("R000001"))["statussen"]] == ["UV", "AG"]


async def test_rmw_itself_does_not_recognise_a_repeated_message(env: RmwEnv) -> None:
    await env.register(registration())
    delivery = uuid4()

    for _ in range(2):
        await env.deliver("R000001", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED, id=delivery)

    assert len((await env.shown("R000001"))["statussen"]) == 2


@pytest.mark.parametrize("attempt", [1, 2])
async def test_unknown_registration_is_refused(env: RmwEnv, attempt: int) -> None:
    with pytest.raises(PartnerRefused, match="ONBEKEND"):
        await env.deliver("R999999", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED, attempt=attempt)


async def test_maintenance_is_waited_for(env: RmwEnv) -> None:
    await env.register(registration())
    await env.maintenance(True)

    with pytest.raises(PartnerUnreachable) as pulled:
        await env.records()
    with pytest.raises(PartnerUnreachable, match="ONDERHOUD"):
        await env.deliver("R000001", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED)

    await env.maintenance(False)
    assert pulled.value.retry_after_seconds == 1800
    assert len(await env.records()) == 1
    assert (await env.shown("R000001"))["statussen"] == []


@pytest.mark.parametrize(("username", "password"), [("trajecthub", "wrong"), ("someone", PASSWORD), ("", "")])
async def test_a_wrong_account_waits_for_the_right_one(env: RmwEnv, username: str, password: str) -> None:
    await env.register(registration())
    await env.adapter.close()
    env.adapter = connect_rmw(env.url, username, password)

    with pytest.raises(PartnerUnreachable, match="password"):
        await env.records()
    with pytest.raises(PartnerUnreachable, match="password"):
        await env.deliver("R000001", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED)


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=401),
        Response(fault_answer("wsse:FailedAuthentication"), 500),
        Response(fault_answer("soap:Client", "<code>AUTHENTICATIE</code>"), 500),
    ],
    ids=["by-a-server-in-between", "without-a-code", "by-its-code"],
)
async def test_a_refused_login_is_unreachable_however_it_is_reported(answer: Response) -> None:
    with pytest.raises(PartnerUnreachable, match="password"):
        await pull_from(answer)


async def test_http_503_is_unreachable() -> None:
    with pytest.raises(PartnerUnreachable) as failed:
        await pull_from(Response(status_code=503, headers={"Retry-After": "60"}))

    assert failed.value.retry_after_seconds == 60


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<html><p>500</html>", 500),
        (b"Welkom bij RMW", 200),
        (b"<welkom/>", 200),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 200),
        (list_answer("<totaal>0</totaal>").replace(b"lijst", b"andere"), 200),
        (list_answer("<volgendePositie>1</volgendePositie>"), 200),
        (list_answer("<volgendePositie>ver</volgendePositie>"), 200),
        (list_answer("<totaal>0</totaal>")[:-20], 200),
    ],
)
async def test_answer_that_is_not_the_contracts_is_unreachable(content: bytes, status: int) -> None:
    with pytest.raises(PartnerUnreachable):
        await pull_from(Response(content, status, media_type="text/xml"))


async def test_no_answer_is_unreachable(env: RmwEnv) -> None:
    nobody = connect_rmw("http://127.0.0.1:9", USERNAME, PASSWORD)

    with pytest.raises(PartnerUnreachable):
        [page async for page in nobody.source.changes(None)]

    await nobody.close()
