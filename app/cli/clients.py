"""``trajecthub client``: the clients that may call the API."""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.api.schemas.fields import Out
from app.cli.program import console
from app.cli.runtime import change_stored, read_settings, read_stored
from app.cli.tables import AsJson, print_items
from app.operations.access.clients import SCOPES, ApiClient, list_clients, revoke_client, save_client

commands = typer.Typer()
clients = typer.Typer(no_args_is_help=True, help="The clients that may call the API.")
commands.add_typer(clients, name="client")


def _new_id(text: str) -> str:
    if not _NEW_ID.fullmatch(text):
        raise typer.BadParameter("must be at most 100 characters of ASCII, without spaces")
    return text


_NEW_ID = re.compile(r"[\x21-\x7e]{1,100}")
_ID_HELP = "The id by which the client introduces itself."

ClientId = Annotated[str, typer.Argument(help=_ID_HELP)]
NewClientId = Annotated[str, typer.Argument(parser=_new_id, metavar="CLIENT_ID", help=_ID_HELP)]


class ApiClientOut(Out):
    """A client as it is listed; never its keys or secret."""

    client_id: str
    organisation: str
    scopes: list[str]
    authentication: list[str]
    active: bool


@clients.command("create")
def create_client(  # each is an option of the command
    client_id: NewClientId,
    organisation: Annotated[str, typer.Option(help="Code of the organisation for which it acts.")],
    scope: Annotated[list[str], typer.Option(help="A scope it may ask for; repeat for more.")],
    jwks: Annotated[Path | None, typer.Option(help="File with its public keys (JWKS), for private_key_jwt.")] = None,
    with_secret: Annotated[bool, typer.Option(help="Make a shared secret (sandbox mode only).")] = False,
) -> None:
    """Add a client, or replace the one with this id, which is then active again."""
    settings = read_settings()
    if with_secret and settings.mode != "sandbox":
        raise typer.BadParameter("shared secrets exist in sandbox mode only; give --jwks", param_hint="--with-secret")
    if not jwks and not with_secret:
        raise typer.BadParameter("is needed, so that the client can prove who it is", param_hint="--jwks")
    if unknown := sorted(set(scope) - set(SCOPES)):
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(SCOPES)}", param_hint="--scope")
    secret = secrets.token_urlsafe(32) if with_secret else None
    keys = _key_set(jwks) if jwks else None
    change_stored(save_client, client_id, organisation_code=organisation, scopes=scope, jwks=keys, secret=secret)
    console.print(f"Client '{client_id}' may act for '{organisation}'.")
    if secret:
        console.print(f"Its secret, shown once: {secret}")


@clients.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List all clients with their organisation and scopes, inactive ones too."""
    found = read_stored(list_clients)
    print_items([_out(each) for each in found], list(ApiClientOut.model_fields), as_json=as_json)


@clients.command()
def revoke(client_id: ClientId) -> None:
    """Cut a client off: it gets no more tokens, and within a second those it has are refused for good.

    ``trajecthub client create`` with the same id makes it active again, for new tokens.
    """
    change_stored(revoke_client, client_id)
    console.print(f"Client '{client_id}' is revoked; its tokens are refused within a second.")


def _key_set(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise _no_key_set(file, why) from error
    if not isinstance(found, dict):
        raise _no_key_set(file, "it is no JSON object")
    return found


def _no_key_set(file: Path, why: str | None) -> typer.BadParameter:
    message = f"{file} is no JSON Web Key Set ({why}); docs/how-to/calling-the-api.md shows how to make one"
    return typer.BadParameter(message, param_hint="--jwks")


def _out(client: ApiClient) -> ApiClientOut:
    ways = {"private_key_jwt": client.jwks, "client_secret": client.secret_hash}
    return ApiClientOut(
        client_id=client.client_id,
        organisation=client.organisation.code,
        scopes=sorted(client.scopes),
        authentication=[name for name, proof in ways.items() if proof],
        active=client.may_call,
    )
