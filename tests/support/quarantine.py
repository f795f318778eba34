"""A quarantine with two records."""

from datetime import UTC, datetime

from app.api.state import AppState
from app.database import Connection
from app.domain.codes import System
from app.domain.ports import Page, PartnerRecord, ReadError
from app.operations.intake.apply import apply_page
from app.operations.partners.lease import PartnerLease, acquire_lease
from app.operations.services import Services

SECRET_TEXT = "Jansen owes 5,000 euro"  # personal, not secret
_UNKNOWN = ReadError("redencode", "unknown-code", "Code 99 has no meaning here.")


async def fill_quarantine(hub: AppState) -> None:
    """Put two records of Allegro in quarantine: one with an unknown code, and one that waits for it."""
    await hub.db.write(quarantine_two, hub.services)


def quarantine_two(tx: Connection, services: Services) -> None:
    """Do what :func:`fill_quarantine` does, in a transaction."""
    lease = PartnerLease(System.ALLEGRO, "test")
    acquire_lease(tx, services, lease)
    records = tuple(
        PartnerRecord(
            kind="mutatie",
            external_id=f"m{number}",
            case_id="A1",
            version=str(number),
            payload={"tekst": SECRET_TEXT, "nummer": number},
            occurred_at=datetime(2026, 1, number, tzinfo=UTC),
            unread=_UNKNOWN if number == 1 else None,
        )
        for number in (1, 2)
    )
    apply_page(tx, services, lease, "1", Page(records, "2"))
