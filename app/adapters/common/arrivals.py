"""A client who is referred onward to a team in a partner's system: what every such system has in common."""

from uuid import UUID

from app.domain.errors import PartnerRefused, PartnerUnreadable
from app.domain.ports import PartnerMessage


def team_of(message: PartnerMessage, partner: str) -> str:
    """Return the code of the team for which a client is registered.

    Raises:
        PartnerRefused: the event names no team.
    """
    if message.organisation_code is None:
        raise PartnerRefused(f"{partner} registers a client for a team; the event names none")
    return message.organisation_code


def read_onward_id(reference: str, field: str, partner: str) -> UUID:
    """Return the id of the onward referral to which a registration belongs.

    Args:
        reference: of the registration, as the hub sent it.
        field: the partner's name of it, for the text of the error.
        partner: who corrects it, for the text of the error.

    Raises:
        PartnerUnreadable: it is no UUID.
    """
    try:
        return UUID(reference)
    except ValueError:
        message = f"{field} is no UUID of an onward referral; have it corrected at {partner}"
        raise PartnerUnreadable(field, message) from None
