"""``trajecthub verify``: check another system against the hub's contracts."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.adapters.common.settings import PartnerSettings
from app.cli.options import WEBHOOK_SECRET, OwnNetwork, networks_of, signing_secret
from app.cli.partner_access import partner_settings, with_unknown_credentials
from app.cli.tables import AsJson
from app.cli.verdicts import print_findings
from app.domain.codes import PARTNERS, System
from app.events.http.ssrf import Network
from app.kit.judgement import Judgement
from app.kit.outbound import ConnectionCount, outbound_client
from app.kit.partner.verify import PartnerTarget, verify_partner
from app.kit.receiver.checks import CHECKS
from app.kit.receiver.played_hub import PlayedHub, ReceiverTarget
from app.kit.receiver.verify import verify_receiver
from app.log import configure_logging
from app.operations.clock import SystemClock

commands = typer.Typer()
verify = typer.Typer(
    no_args_is_help=True, help="Check another system against the hub's contracts: a receiver, a partner."
)
commands.add_typer(verify, name="verify")

_NAMES = tuple(each.name for each in CHECKS)


def _check(text: str) -> str:
    if text not in _NAMES:
        raise typer.BadParameter(f"must be one of: {', '.join(_NAMES)}")
    return text


@verify.command()
def receiver(  # noqa: PLR0913 - each is an option of the command
    url: Annotated[str, typer.Argument(help="The address that receives events.")],
    secret: Annotated[
        str,
        typer.Option(
            parser=signing_secret, metavar="WHSEC", envvar=WEBHOOK_SECRET, help="The secret that it verifies with."
        ),
    ],
    only: Annotated[
        list[str] | None, typer.Option(parser=_check, metavar="CHECK", help="Only this check; repeat for more.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(parser=_check, metavar="CHECK", help="Leave this check out; repeat for more.")
    ] = None,
    network: OwnNetwork = None,
    ca_file: Annotated[Path | None, typer.Option(help="Authorities to trust besides the system's, PEM.")] = None,
    hub: Annotated[
        str, typer.Option(help="Address of the hub that is played; its host asks for consent.")
    ] = "https://trajecthub.example.org",
    as_json: AsJson = False,
) -> None:
    """Play the hub against a webhook receiver and judge its answers.

    Says what was sent, what came, and how to mend it. All contents are invented. Exits with status 1 when something is
    wrong, and with 2 when the receiver was not reached.
    """
    names = [each for each in only or _NAMES if each not in (without or ())]
    if ca_file and not ca_file.is_file():
        raise typer.BadParameter(f"{ca_file} is no file", param_hint="--ca-file")
    target = ReceiverTarget(url=url, secret=secret, public_url=hub.rstrip("/"))
    print_findings(_findings(target, names, networks_of(network), ca_file), as_json=as_json)


async def _findings(
    target: ReceiverTarget, names: Sequence[str], networks: tuple[Network, ...], ca_file: Path | None
) -> AsyncIterator[Judgement]:
    connections = ConnectionCount()
    outbound = outbound_client(connections, networks, ca_file=str(ca_file) if ca_file else None)
    played = PlayedHub(target, outbound, connections, SystemClock())
    try:
        async for each in verify_receiver(played, names):
            yield each
    finally:
        await played.close()


@verify.command()
def partner(
    system: Annotated[str, typer.Argument(help="allegro, gidso or rmw")],
    url: Annotated[str, typer.Argument(help="Its address, as TRAJECTHUB_ALLEGRO_URL and alike have it.")],
    credential: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A setting such as api_key=…; repeat. Else the environment's."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Also write one marked test message, and look it up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a partner system against its contract, through the adapter with which the hub itself calls it.

    It is read only, unless --write is given. Exits with status 1 when something is wrong, and with 2 when it was not
    reached.
    """
    if system not in PARTNERS:
        raise typer.BadParameter(f"must be one of: {', '.join(PARTNERS)}", param_hint="SYSTEM")
    settings = partner_settings(System(system), url, credential or ())
    configure_logging("ERROR", "console")
    print_findings(_partner_findings(settings, may_write=write), as_json=as_json)


async def _partner_findings(settings: PartnerSettings, *, may_write: bool) -> AsyncIterator[Judgement]:
    clock, url = SystemClock(), settings.url or ""
    target = PartnerTarget(
        url=url,
        adapter=settings.connect(url, clock, None),
        unknown=with_unknown_credentials(settings).connect(url, clock, None),
        may_write=may_write,
    )
    try:
        async for each in verify_partner(target, clock):
            yield each
    finally:
        await target.adapter.close()
        await target.unknown.close()
