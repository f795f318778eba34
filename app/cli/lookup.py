"""``trajecthub lookup``: which record an organisation means by its own id or reference; the API can do the same."""

from typing import Annotated
from uuid import UUID

import typer

from app.api.schemas.records import RecordOut
from app.cli.runtime import read_opened
from app.cli.tables import AsJson, print_blocks
from app.database import Connection
from app.operations.access.organisations import hub_operator
from app.operations.record_lookup import KnownRecord, RecordQuery, look_up_record
from app.operations.services import Services

commands = typer.Typer()

_BY = "command line"


@commands.command()
def lookup(
    organisation: Annotated[str, typer.Option(help="Code of the organisation that states it.")],
    record_id: Annotated[
        UUID | None, typer.Option("--id", metavar="ID", help="The organisation's id of it, or a webhook-id.")
    ] = None,
    reference: Annotated[str | None, typer.Option(help="The organisation's reference of a referral.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the hub's id of what an organisation means by its own id or reference; nothing else is shown."""
    query = RecordQuery(organisation_code=organisation, id=record_id, reference=reference)

    def found(tx: Connection, services: Services) -> KnownRecord:
        return look_up_record(tx, services, hub_operator(tx, services), _BY, query)

    shown = [RecordOut.model_validate(read_opened(found))]
    print_blocks(shown, ("kind", "id", "referral_id"), nothing="", as_json=as_json)
