"""What the hub forgets by itself once nobody needs it any more: an hourly sweep over all partners."""

from app.database import Connection
from app.models.partners.field_sync import forget_decided_values, forget_held_fields
from app.operations.intake.quarantine import forget_old_payloads
from app.operations.services import Services


def forget_what_is_old(tx: Connection, services: Services) -> int:
    """Forget what waited too long, what was decided long ago and what is long over; returns of how many rows.

    The terms are the city's.

    These are payloads in quarantine, the sealed values of decided conflicts (that there was one, about which field and
    how it ended stays), and the fingerprints of what partners hold of referrals that are over.
    """
    now, keep = services.clock.now(), services.reference.retention
    values = forget_decided_values(tx, now - keep.decided_conflict)
    return forget_old_payloads(tx, services) + values + forget_held_fields(tx, now - keep.held_fields)
