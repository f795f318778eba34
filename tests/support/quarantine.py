"""A quarantine with something in it."""

from datetime import UTC, datetime

from app.api.state import Hub
from app.domain.codes import System
from app.domain.ports import Page, PartnerRecord, Unread
from app.operations.intake.apply import apply_page
from app.operations.partners.lease import Turn, take_turn

SECRET_TEXT = "Jansen owes 5,000 euro"  # personal, not secret
_UNKNOWN = Unread("redencode", "unknown-code", "Code 99 has no meaning here.")


async def fill_quarantine(hub: Hub) -> None:
    """Put two records of Allegro in quarantine: an unknown code, and one that waits for it."""
    turn = Turn(System.ALLEGRO, "test")
    await hub.db.write(take_turn, hub.tools, turn)
    records = tuple(
        PartnerRecord(
            "mutatie",
            f"m{number}",
            "A1",
            str(number),
            {"tekst": SECRET_TEXT, "nummer": number},
            datetime(2026, 1, number, tzinfo=UTC),
            unread=_UNKNOWN if number == 1 else None,
        )
        for number in (1, 2)
    )
    await hub.db.write(apply_page, hub.tools, turn, "1", Page(records, "2"))
