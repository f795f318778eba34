"""``trajecthub token``: an access token for a client, as the client itself would get it."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.login import HubSilent, NoTokenIssued, client_login, issue_token
from app.cli.options import HUB_URL
from app.cli.program import stopped_with
from app.cli.runtime import usable_settings
from app.cli.tables import AsJson, print_json

commands = typer.Typer()


@commands.command()
def token(  # noqa: PLR0913 - each is an option of the command
    client_id: Annotated[str, typer.Argument(help="The id by which the client introduces itself.")],
    key: Annotated[Path | None, typer.Option(help="File with its private RSA key, PEM.")] = None,
    kid: Annotated[str | None, typer.Option(help="The `kid` with which its public key was registered.")] = None,
    secret: Annotated[str | None, typer.Option(help="Its secret (sandbox mode only); else CLIENT_SECRET.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope of it; repeat for more. All if absent.")] = None,
    hub: Annotated[
        str | None,
        typer.Option("--hub", "--url", envvar=HUB_URL, help="Address of the hub; that of the settings if absent."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Get an access token of a client from the hub that runs, and print it.

    Nothing else is printed, so that a shell can store it: TOKEN=$(trajecthub token …).
    """
    login = client_login(client_id, key, kid, secret)
    try:
        issued = issue_token((hub or _address_of_settings()).rstrip("/"), login, scope or ())
    except NoTokenIssued as error:
        raise stopped_with(str(error)) from error
    except HubSilent as error:
        raise stopped_with(f"{error} {error.remedy('--hub')}") from error
    if as_json:
        print_json(issued)
    else:
        typer.echo(issued["access_token"])


def _address_of_settings() -> str:
    settings = usable_settings()
    if settings is None:
        raise typer.BadParameter("is needed, or HUB_URL in the environment", param_hint="--hub")
    return settings.public_url
