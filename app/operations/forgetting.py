"""What the hub forgets by itself once nobody needs it any more: an hourly sweep over all partners."""

from datetime import timedelta

from app.database import Connection
from app.models.ownership import forget_decided_values, forget_held_fields
from app.operations.quarantine import forget_old_payloads
from app.operations.tools import Tools

KEEP_DECIDED = timedelta(days=90)
"""How long the values of a conflict, which may be personal, are kept after its decision for who asks about it."""

KEEP_HELD = timedelta(days=2 * 365)
"""How long what partners hold of a referral is remembered after it was over: the year of aftercare, and one more."""


def forget_what_is_old(tx: Connection, tools: Tools) -> int:
    """Forget what waited too long, what was decided long ago and what is long over; gives of how many rows.

    These are payloads in quarantine, the sealed values of decided conflicts (that there was one, about which field and
    how it ended stays), and the fingerprints of what partners hold of referrals that are over.
    """
    now = tools.clock.now()
    values = forget_decided_values(tx, now - KEEP_DECIDED)
    return forget_old_payloads(tx, tools) + values + forget_held_fields(tx, now - KEEP_HELD)
