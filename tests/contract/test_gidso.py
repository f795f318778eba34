"""The adapter of GIDSO against its simulator, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.adapters.common.adapter import Adapter
from app.adapters.common.settings import Credential
from app.adapters.gidso import GidsoSettings, connect_gidso
from app.domain.commands import GiveSignal, RegisterReferral, WithdrawReferral
from app.domain.errors import CursorExpired, PartnerRefused, PartnerUnreachable
from app.domain.ports import Page, PartnerSink, PartnerSource
from app.sandbox.gidso.app import API_KEY
from app.sandbox.runtime import Server, SettableClock
from tests.support.gidso_env import NOON, console_of, journal, line, pull, row, running_gidso, save


@pytest.fixture
def clock() -> SettableClock:
    """Return a clock that is stopped at noon."""
    return SettableClock(NOON)


@pytest.fixture
async def server(clock: SettableClock) -> AsyncIterator[Server]:
    """Return a running, empty GIDSO."""
    async with running_gidso(clock) as running:
        yield running


@pytest.fixture
async def adapter(server: Server, clock: SettableClock) -> AsyncIterator[Adapter]:
    """Return the adapter of the running GIDSO."""
    opened = connect_gidso(server.url, API_KEY, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def console(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Return the console of GIDSO's people."""
    async with console_of(server) as client:
        yield client


async def test_source_and_sink_are_the_ports_of_the_hub(adapter: Adapter) -> None:
    source: PartnerSource = adapter.source
    sink: PartnerSink = adapter.sink

    assert source.system == sink.system == adapter.system


async def test_first_reading_returns_everything_in_pages_and_a_cursor_at_the_end(
    adapter: Adapter, console: httpx.AsyncClient
) -> None:
    await save(console, *(row(number) for number in range(1, 1202)))

    pages = [page async for page in adapter.source.changes(None)]

    assert [len(page.records) for page in pages] == [500, 500, 201]
    assert [page.cursor is None for page in pages] == [True, True, False]
    assert len({record.case_id for page in pages for record in page.records}) == 1201
    assert all(isinstance(record.commands[0], RegisterReferral) for page in pages for record in page.records)


async def test_next_reading_returns_only_what_changed_and_each_registration_once(
    adapter: Adapter, console: httpx.AsyncClient, clock: SettableClock
) -> None:
    await save(console, row(1), row(2), row(3))
    _, cursor = await pull(adapter)
    clock.set(NOON + timedelta(days=1))
    await save(console, row(2, Gebied="Noord"))
    await save(console, row(2, Gebied="Charlois"), row(4))

    records, _ = await pull(adapter, cursor)

    assert [(record.case_id, record.version) for record in records] == [("G-000002", "3"), ("G-000004", "1")]
    assert records[0].occurred_at == NOON + timedelta(days=1)


async def test_reading_again_without_changes_returns_an_empty_page_and_a_cursor(
    adapter: Adapter, console: httpx.AsyncClient
) -> None:
    await save(console, row(1))
    _, cursor = await pull(adapter)

    records, again = await pull(adapter, cursor)

    assert records == []
    assert (await pull(adapter, again))[0] == []


async def test_same_cursor_can_be_read_twice(adapter: Adapter, console: httpx.AsyncClient) -> None:
    _, cursor = await pull(adapter)
    await save(console, row(1))

    assert (await pull(adapter, cursor))[0] == (await pull(adapter, cursor))[0] != []


async def test_deleted_registration_is_withdrawn(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1), row(2))
    _, cursor = await pull(adapter)
    await console.delete("/_console/aanmeldingen/G-000001")

    records, _ = await pull(adapter, cursor)

    assert [(record.case_id, type(record.commands[0])) for record in records] == [("G-000001", WithdrawReferral)]
    assert [record.case_id for record in (await pull(adapter))[0]] == ["G-000002"]


async def test_registration_deleted_during_the_first_reading_is_withdrawn_in_the_next(
    adapter: Adapter, console: httpx.AsyncClient
) -> None:
    await save(console, *(row(number) for number in range(1, 502)))
    reading = adapter.source.changes(None)
    first: Page = await anext(reading)
    await console.delete("/_console/aanmeldingen/G-000001")
    *_, last = [page async for page in reading]

    records, _ = await pull(adapter, last.cursor)

    assert first.records[0].case_id == "G-000001"
    assert [(record.case_id, type(record.commands[0])) for record in records] == [("G-000001", WithdrawReferral)]


async def test_stopped_support_follows_as_a_signal(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))
    _, cursor = await pull(adapter)
    await save(console, row(1, OndersteuningGestoptOp="2019-10-01"))

    (_, stopped), _ = await pull(adapter, cursor)

    assert isinstance(stopped.commands[0], GiveSignal)


async def test_expired_token_asks_for_a_reading_from_the_start(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))
    _, cursor = await pull(adapter)
    await console.post("/_console/delta-tokens/verlopen")

    with pytest.raises(CursorExpired):
        await pull(adapter, cursor)

    assert len((await pull(adapter))[0]) == 1


async def test_unknown_token_counts_as_expired(adapter: Adapter) -> None:
    with pytest.raises(CursorExpired):
        await pull(adapter, "niet-van-hier")


async def test_registrations_before_the_agreed_moment_are_not_read(
    server: Server, console: httpx.AsyncClient, clock: SettableClock
) -> None:
    await save(console, row(1, AangemeldOp="2019-08-31"), row(2, AangemeldOp="2019-09-02T00:00:00+02:00"))
    settings = GidsoSettings(url=server.url, api_key=Credential(API_KEY), read_from=date(2019, 9, 1))
    late = settings.connect(server.url, clock, None)

    records, cursor = await pull(late)
    await save(console, row(1, AangemeldOp="2019-08-31", Gebied="Noord"))
    changed, _ = await pull(late, cursor)
    await late.close()

    assert [record.case_id for record in records] == ["G-000002"]
    assert changed == []


async def test_unreadable_registration_does_not_fail_the_page(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1), row(2, Inkomen="Anders"), row(3))

    records, _ = await pull(adapter)

    assert [record.unread.reason if record.unread else None for record in records] == [None, "unknown-code", None]


async def test_same_content_again_changes_nothing(adapter: Adapter, console: httpx.AsyncClient) -> None:
    first = await save(console, row(1))
    _, cursor = await pull(adapter)

    again = await save(console, row(1))

    assert (first, again) == ({"verwerkt": 1, "bekend": 0}, {"verwerkt": 0, "bekend": 1})
    assert (await pull(adapter, cursor))[0] == []


async def test_same_deletion_again_changes_nothing(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))
    await console.delete("/_console/aanmeldingen/G-000001")
    _, cursor = await pull(adapter)

    again = await console.delete("/_console/aanmeldingen/G-000001")

    assert again.json() == {"verwerkt": 0, "bekend": 1}
    assert (await pull(adapter, cursor))[0] == []


async def test_message_becomes_a_journal_line(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))

    receipt = await adapter.sink.deliver(line())

    (written,) = await journal(console)
    assert (receipt.external_id, receipt.already_there) == ("G-000001", False)
    assert (written["Kenmerk"], written["Categorie"]) == (str(UUID(int=7)), "AFSPRAAK")
    assert written["Tekst"] == "De klant is verschenen op de intake."


async def test_journal_line_is_no_change_of_the_registration(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))
    _, cursor = await pull(adapter)

    await adapter.sink.deliver(line())

    assert (await pull(adapter, cursor))[0] == []


async def test_line_that_arrived_is_not_written_again(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))
    await adapter.sink.deliver(line())

    receipt = await adapter.sink.deliver(line(attempt=2))

    assert receipt.already_there
    assert len(await journal(console)) == 1


async def test_line_that_did_not_arrive_is_written_at_the_next_try(
    adapter: Adapter, console: httpx.AsyncClient
) -> None:
    await save(console, row(1))
    await adapter.sink.deliver(line(id=UUID(int=8)))

    receipt = await adapter.sink.deliver(line(attempt=2))

    assert not receipt.already_there
    assert len(await journal(console)) == 2


async def test_gidso_itself_does_not_refuse_a_repeated_line(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1))

    await adapter.sink.deliver(line())
    await adapter.sink.deliver(line())

    assert len(await journal(console)) == 2


async def test_registration_with_a_quote_in_its_id_has_a_journal(adapter: Adapter, console: httpx.AsyncClient) -> None:
    await save(console, row(1) | {"AanmeldingId": "G-'t Zand"})

    await adapter.sink.deliver(line("G-'t Zand"))
    receipt = await adapter.sink.deliver(line("G-'t Zand", attempt=2))

    assert receipt.already_there


@pytest.mark.parametrize("attempt", [1, 2])
async def test_line_for_an_absent_registration_is_refused(adapter: Adapter, attempt: int) -> None:
    with pytest.raises(PartnerRefused):
        await adapter.sink.deliver(line("G-000999", attempt))


async def test_line_for_a_case_that_gidso_does_not_know_is_refused(adapter: Adapter) -> None:
    with pytest.raises(PartnerRefused):
        await adapter.sink.deliver(line(None))


async def test_wrong_key_waits_for_the_right_one(server: Server, clock: SettableClock) -> None:
    wrong_credentials = connect_gidso(server.url, "wrong", clock)

    with pytest.raises(PartnerUnreachable, match="key"):
        await pull(wrong_credentials)
    with pytest.raises(PartnerUnreachable, match="key"):
        await wrong_credentials.sink.deliver(line())

    await wrong_credentials.close()


async def test_no_answer_is_unreachable(server: Server, adapter: Adapter) -> None:
    await server.stop()

    with pytest.raises(PartnerUnreachable):
        await pull(adapter)


async def _answered(response: Response, clock: SettableClock) -> PartnerUnreachable:
    async def answer(_: Request) -> Response:
        return response

    running = Server(Starlette(routes=[Route("/{path:path}", answer)]))
    await running.start()
    adapter = connect_gidso(running.url, API_KEY, clock)
    with pytest.raises(PartnerUnreachable) as caught:
        await pull(adapter)
    await adapter.close()
    await running.stop()
    return caught.value


async def test_temporary_answer_is_unreachable_for_as_long_as_gidso_says(clock: SettableClock) -> None:
    error = await _answered(Response(status_code=503, headers={"Retry-After": "30"}), clock)

    assert error.retry_after_seconds == 30


@pytest.mark.parametrize(
    "body",
    [
        "<html>onderhoud</html>",
        '{"value": []}',
        '{"value": [], "@odata.nextLink": "https://elders.example/?leeg"}',
        '{"value": "geen lijst", "@odata.deltaLink": "?$deltatoken=x"}',
    ],
)
async def test_answer_outside_the_contract_is_not_taken_for_an_empty_page(body: str, clock: SettableClock) -> None:
    error = await _answered(PlainTextResponse(body), clock)

    assert "trying again later" in str(error)
