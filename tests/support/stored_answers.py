"""The answers that are stored for their Idempotency-Keys, opened."""

from dataclasses import dataclass

from sqlalchemy import select

from app.database import Connection
from app.models.access.idempotency import place_of_answer, stored_answer
from app.models.cases.client import find_sealer_of_client
from app.operations.services import Services


@dataclass(frozen=True, kw_only=True)
class OpenedAnswer:
    """An answer as it was before it was sealed.

    Attributes:
        text: status, headers and body.
        is_about_client: whether the key of a client (*klant*) opened it.
    """

    text: str
    is_about_client: bool


def open_answers(tx: Connection, services: Services) -> list[OpenedAnswer]:
    """Return every answer that is stored."""
    opened = []
    for row in tx.execute(select(stored_answer)):
        about = row.about_client
        of_client = find_sealer_of_client(tx, services.vault, about) if about else None
        text = (of_client or services.vault.api_client_sealer(row.api_client)).open(
            row.sealed, place_of_answer(row.key_index)
        )
        opened.append(OpenedAnswer(text=text.decode(), is_about_client=of_client is not None))
    return opened
