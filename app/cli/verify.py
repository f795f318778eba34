"""``trajecthub verify``: check another system against the hub's contracts."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import OwnNetwork, networks_of, signing_secret
from app.cli.tables import AsJson
from app.cli.verdicts import print_findings
from app.events.http.ssrf import Network
from app.kit.judgement import Judgement
from app.kit.outbound import ConnectionCount, outbound_client
from app.kit.receiver.checks import CHECKS
from app.kit.receiver.played_hub import PlayedHub, ReceiverTarget
from app.kit.receiver.verify import verify_receiver
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
        str, typer.Option(parser=signing_secret, metavar="WHSEC", help="The secret that it verifies with.")
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
