"""``trajecthub client``: the clients that may call the API; the API can do the same."""

import json
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from app.api.forms import CLIENT_ID
from app.api.schemas.api_clients import MAX_OVERLAP_HOURS, api_client_out
from app.cli.program import console
from app.cli.runtime import change_access, read_settings, read_stored
from app.cli.tables import AsJson, as_text, print_blocks
from app.operations.access.clients import (
    SCOPES,
    NewProof,
    change_scopes,
    list_clients,
    revoke_client,
    rotate_keys,
    save_client,
)

commands = typer.Typer()
clients = typer.Typer(no_args_is_help=True, help="The clients that may call the API.")
commands.add_typer(clients, name="client")

_CLIENT = ("client_id", "organisation", "scopes", "authentication", "active", "key_ids", "previous_key_ids",
           "previous_keys_until", "created_at")  # fmt: skip


def _new_id(text: str) -> str:
    if not re.fullmatch(CLIENT_ID.pattern, text):
        raise typer.BadParameter(f"must be {CLIENT_ID.words}")
    return text


def _scopes(given: Collection[str]) -> Collection[str]:
    if unknown := sorted(set(given) - set(SCOPES)):
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(SCOPES)}", param_hint="--scope")
    return given


_ID_HELP = "The id by which the client introduces itself."

ClientId = Annotated[str, typer.Argument(help=_ID_HELP)]
NewClientId = Annotated[str, typer.Argument(parser=_new_id, metavar="CLIENT_ID", help=_ID_HELP)]
Scope = Annotated[list[str], typer.Option(help="A scope it may ask for; repeat for more.")]
KeyFile = Annotated[Path | None, typer.Option(help="File with its public keys (JWKS), for private_key_jwt.")]
WithSecret = Annotated[bool, typer.Option(help="Make a shared secret (sandbox mode only).")]


@clients.command("create")
def create_client(  # each is an option of the command
    client_id: NewClientId,
    organisation: Annotated[str, typer.Option(help="Code of the organisation for which it acts.")],
    scope: Scope,
    jwks: KeyFile = None,
    with_secret: WithSecret = False,
) -> None:
    """Add a client, or replace the one with this id, which is then active again.

    With other keys, or another secret, the tokens that it has are refused within a second.
    """
    keys, secret = _proof(jwks, with_secret=with_secret)
    scopes = _scopes(scope)
    change_access(
        f"PUT /v1/api-clients/{client_id}",
        lambda tx, services: save_client(
            tx, services, client_id, organisation_code=organisation, scopes=scopes, jwks=keys, secret=secret
        ),
    )
    console.print(f"Client '{client_id}' may act for '{organisation}'.")
    _print_secret(secret)


@clients.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List all clients with their organisation, scopes and keys, revoked ones too."""
    shown = [api_client_out(each) for each in read_stored(list_clients)]
    print_blocks(shown, _CLIENT, nothing="There is no client yet.", as_json=as_json)


@clients.command()
def scopes(client_id: ClientId, scope: Scope) -> None:
    """Set the scopes of a client; within a second its tokens permit no others any more."""
    wanted = _scopes(scope)
    change_access(
        f"PUT /v1/api-clients/{client_id}/scopes",
        lambda tx, services: change_scopes(tx, services, client_id, wanted),
    )
    console.print(f"Client '{client_id}' has the scopes {', '.join(sorted(set(wanted)))}.")


@clients.command()
def rotate(
    client_id: ClientId,
    jwks: KeyFile = None,
    with_secret: WithSecret = False,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=MAX_OVERLAP_HOURS, help="Hours in which the previous keys are accepted too.")
    ] = 24,
) -> None:
    """Replace the keys of a client; with --overlap-hours 0, because one leaked, its tokens are refused too.

    A new secret replaces the previous one at once.
    """
    keys, secret = _proof(jwks, with_secret=with_secret)
    overlap = None if secret or not overlap_hours else timedelta(hours=overlap_hours)
    rotated = change_access(
        f"POST /v1/api-clients/{client_id}/key-rotation",
        lambda tx, services: rotate_keys(
            tx,
            services,
            client_id,
            NewProof(jwks=keys, secret=secret, previous_until=services.clock.now() + overlap if overlap else None),
        ),
    )
    until = rotated.previous_jwks_until
    before = f"are accepted until {as_text(until)}" if until else "are refused within a second, with its tokens"
    console.print(f"Client '{client_id}' has new keys; the previous ones {before}.")
    _print_secret(secret)


@clients.command()
def revoke(client_id: ClientId) -> None:
    """Cut a client off: it gets no more tokens, and within a second those it has are refused for good.

    ``trajecthub client create`` with the same id makes it active again, for new tokens.
    """
    change_access(
        f"POST /v1/api-clients/{client_id}/revocation", lambda tx, services: revoke_client(tx, services, client_id)
    )
    console.print(f"Client '{client_id}' is revoked; its tokens are refused within a second.")


def _proof(jwks: Path | None, *, with_secret: bool) -> tuple[Mapping[str, Any] | None, str | None]:
    """Return the public keys of a file, and a new secret if there is to be one."""
    if with_secret and read_settings().mode != "sandbox":
        raise typer.BadParameter("shared secrets exist in sandbox mode only; give --jwks", param_hint="--with-secret")
    if not jwks and not with_secret:
        raise typer.BadParameter("is needed, so that the client can prove who it is", param_hint="--jwks")
    return _key_set(jwks) if jwks else None, secrets.token_urlsafe(32) if with_secret else None


def _print_secret(secret: str | None) -> None:
    if secret:
        console.print(f"Its secret, shown once: {secret}")


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
