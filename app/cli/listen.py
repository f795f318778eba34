"""``trajecthub listen``: events of a hub at a receiver on this machine, which no hub can reach."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.cli import options
from app.cli.login import ClientLogin, HubSilent, NoTokenIssued, client_login, issue_token
from app.cli.program import console, run, stopped_with
from app.events.http.signing import new_secret
from app.events.http.ssrf import Network
from app.kit.listen.feed import FeedRefused, FeedSilent, PolledFeed
from app.kit.listen.forwarder import Forwarder, Unreachable
from app.kit.listen.listener import Listener, Posted
from app.kit.listen.place import PlaceFile
from app.kit.outbound import ConnectionCount, outbound_client
from app.log import configure_logging
from app.operations.clock import SystemClock
from app.stopping import stop_on_signal

commands = typer.Typer()

_SCOPE = "events:read"


@commands.command()
def listen(  # noqa: PLR0913 - each is an option of the command
    hub: Annotated[str, typer.Option(envvar=options.HUB_URL, help="Address of the hub, without /v1.")],
    client: Annotated[str, typer.Option(help="The id of a client with the scope events:read.")],
    secret: Annotated[str | None, typer.Option(help="Its secret (sandbox mode only); else CLIENT_SECRET.")] = None,
    key: Annotated[Path | None, typer.Option(help="File with its private RSA key instead, PEM.")] = None,
    kid: Annotated[str | None, typer.Option(help="The `kid` with which its public key was registered.")] = None,
    forward: Annotated[str | None, typer.Option(help="Address of your receiver, to which events are posted.")] = None,
    signing_secret: Annotated[
        str | None,
        typer.Option(
            parser=options.signing_secret,
            metavar="WHSEC",
            envvar=options.WEBHOOK_SECRET,
            help="Signs what is posted; a new one, which is printed, if absent.",
        ),
    ] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the events, one a line in JSON; post none.")
    ] = False,
    cursor: Annotated[Path | None, typer.Option(help="File that keeps the place in the events between runs.")] = None,
    from_first: Annotated[
        bool, typer.Option("--from-first", help="Begin at the first event; without it, behind the last.")
    ] = False,
    network: options.OwnNetwork = None,
) -> None:
    """Post the events of a hub to a receiver on this machine, signed; they are read by polling.

    An event is posted until the receiver accepts it; the next one waits, so that the order is kept. Stop with Ctrl+C.
    """
    if (forward is None) != only_print:
        raise typer.BadParameter("is needed, or --print instead; not both", param_hint="--forward")
    configure_logging("WARNING", "console")
    login, address = client_login(client, key, kid, secret), hub.rstrip("/")
    posting = forward and _Posting(forward, signing_secret or new_secret(), options.networks_of(network))
    if posting:
        signed = _signed_with(posting, signing_secret)
        console.print(f"Events are posted to {escape(posting.url)}, {signed}", soft_wrap=True)

    def say_ready() -> None:
        if posting:
            console.print("Listening: every event from here on is posted.", soft_wrap=True)

    try:
        run(_listen(_Hub(address, login), posting or None, PlaceFile(cursor), say_ready, from_first=from_first))
    except (FeedRefused, FeedSilent, Unreachable, ValueError) as error:
        raise stopped_with(str(error)) from error


def _signed_with(posting: "_Posting", given: str | None) -> str:
    """Return with what events are signed; a secret that was given is known, and not shown."""
    return "signed with the secret that you gave." if given else f"signed with\n{escape(posting.secret)}"


@dataclass(frozen=True)
class _Posting:
    url: str
    secret: str = field(repr=False)
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True)
class _Hub:
    url: str
    login: ClientLogin

    async def token(self) -> str:
        """Return a new token; what the hub says when it issues none is the reason to end."""
        try:
            issued = await asyncio.to_thread(issue_token, self.url, self.login, [_SCOPE])
        except NoTokenIssued as error:
            raise FeedRefused(f"The hub issues no token to this client: {error}") from error
        except HubSilent as error:
            raise FeedSilent(f"{error} {error.remedy('--hub')}") from error
        return str(issued["access_token"])


async def _listen(
    hub: _Hub, posting: _Posting | None, places: PlaceFile, ready: Callable[[], None], *, from_first: bool
) -> None:
    feed, forwarder = PolledFeed(hub.url, hub.token), _forwarder(posting) if posting else None
    listener = Listener(feed=feed, forwarder=forwarder, places=places, stop=stop_on_signal(), note=_note, ready=ready)
    try:
        async for posted in listener.run(from_first=from_first):
            _print(posted)
    finally:
        await feed.close()
        if forwarder:
            await forwarder.close()


def _forwarder(posting: _Posting) -> Forwarder:
    outbound = outbound_client(ConnectionCount(), posting.networks)
    return Forwarder(posting.url, posting.secret, outbound, SystemClock())


def _note(text: str) -> None:
    console.print(f"[yellow]{escape(text)}", soft_wrap=True)


def _print(posted: Posted) -> None:
    if posted.answer is None:
        typer.echo(json.dumps(posted.event, ensure_ascii=False))
        return
    about = f"{posted.event['type']}  {posted.event['subject']}  {posted.event['sequence']}"
    came = f"{posted.answer.words}  {round(posted.answer.seconds * 1000)} ms"
    console.print(escape(f"{about}  {came}{_next(posted)}"), soft_wrap=True, highlight=False)


def _next(posted: Posted) -> str:
    if posted.is_done:
        return ""
    if posted.again_in is None:
        return "  The receiver wants no more events; listening ends. A hub would disable the subscription."
    return f"  again in {posted.again_in:g} s"
