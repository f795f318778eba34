"""``trajecthub signing-key``: the keys with which the hub signs access tokens; the API can do the same."""

from typing import Annotated

import typer

from app.api.auth.tokens import new_signing_key
from app.api.schemas.api_clients import SigningKeyOut
from app.cli.program import console
from app.cli.runtime import change_access, over_database
from app.cli.tables import AsJson, as_text, print_blocks
from app.database import Database
from app.operations.access.signing_keys import SigningKeyView, rotate_signing_key, view_signing_keys
from app.operations.clock import database_clock
from app.settings import Settings

commands = typer.Typer()
signing_keys = typer.Typer(no_args_is_help=True, help="The keys with which the hub signs access tokens.")
commands.add_typer(signing_keys, name="signing-key")

_KEY = ("kid", "state", "created_at", "signs_from", "revoked_at")


@signing_keys.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the signing keys, newest first: which one signs, which ones verify, which ones were revoked."""

    async def work(db: Database, _: Settings) -> list[SigningKeyView]:
        async with database_clock(db) as clock:
            return await db.read(view_signing_keys, clock.now())

    shown = [SigningKeyOut.model_validate(each) for each in over_database(work)]
    print_blocks(shown, _KEY, nothing="There is none yet; the hub makes one at its first token.", as_json=as_json)


@signing_keys.command()
def rotate(
    revoke_others: Annotated[
        bool, typer.Option(help="Because a key leaked: every token that was issued until now is refused.")
    ] = False,
) -> None:
    """Have a new key sign access tokens, an hour from now; with --revoke-others at once."""
    new, *_ = change_access(
        "POST /v1/signing-keys/rotation",
        lambda tx, services: rotate_signing_key(
            tx, services, new_signing_key(), services.clock.now(), revoke_others=revoke_others
        ),
    )
    others = "all others are revoked, with every token" if revoke_others else "tokens of the others stay valid"
    console.print(f"Key '{new.kid}' signs from {as_text(new.signs_from)}; {others}.")
