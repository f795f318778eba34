"""Options that commands for testers share.

A secret can be given in the environment: what is on a command line is in the list of processes and in the history.
"""

import os
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated, Final

import typer

from app.events.http.signing import sign
from app.events.http.ssrf import Network

CLIENT_SECRET: Final = "CLIENT_SECRET"  # noqa: S105 - a variable, not a secret
"""The variable with the shared secret of a client, as in the file that the demo writes."""

HUB_URL: Final = "HUB_URL"
"""The variable with the address of the hub, without ``/v1``, as in the file that the demo writes."""

WEBHOOK_SECRET: Final = "WEBHOOK_SECRET"  # noqa: S105 - a variable, not a secret
"""The variable with the secret that a receiver verifies with."""

OwnNetwork = Annotated[
    list[str] | None,
    typer.Option(metavar="CIDR", help="A network of your own where it is; this machine is allowed without."),
]
"""Networks that may be called although they are not on the public internet."""


def client_secret() -> str | None:
    """Return the shared secret of a client that is in the environment; None when there is none."""
    return os.environ.get(CLIENT_SECRET)  # noqa: TID251 - of a tester; no setting of a hub


def signing_secret(text: str) -> str:
    """Return the text of an option that is a signing secret."""
    try:
        sign((text,), "id", 1, b"")
    except ValueError:
        raise typer.BadParameter("must be whsec_ and the base64 of 24 to 64 bytes") from None
    return text


def networks_of(texts: Sequence[str] | None) -> tuple[Network, ...]:
    """Return the networks of an option."""
    try:
        return tuple(map(ip_network, texts or ()))
    except ValueError:
        raise typer.BadParameter("must be a network, such as 10.1.0.0/16", param_hint="--network") from None
