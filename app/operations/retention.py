"""Retention: deletes what the hub no longer needs, once it is older than the city's terms."""

from app.database import Connection
from app.models.partners.field_sync import purge_closed_cases, purge_decided_values
from app.operations.intake.quarantine import expire_old_quarantine
from app.operations.services import Services


def purge_expired(tx: Connection, services: Services) -> int:
    """Delete expired quarantine, old conflict values and closed-case state; return the number of rows.

    That is: the payloads of records in quarantine, the sealed values of decided conflicts (the audit record of each
    stays: which field, and how it was decided), and what partners know of the fields of closed referrals. The terms
    are the city's.
    """
    now, terms = services.clock.now(), services.reference.retention
    values = purge_decided_values(tx, now - terms.decided_conflict)
    return expire_old_quarantine(tx, services) + values + purge_closed_cases(tx, now - terms.known_values)
