"""What the hub asks of a worker in GIDSO: the request (*verzoek*) that a journal line carries."""

from collections.abc import Mapping
from typing import Final

from app.adapters.common import requests
from app.adapters.common.requests import RequestKind
from app.domain.ports import PartnerMessage

Request = dict[str, object]
"""A request as GIDSO stores it, by its names in the contract."""

KINDS: Final[Mapping[RequestKind, str]] = {
    RequestKind.APPOINTMENT: "AFSPRAAK",
    RequestKind.CONTACT: "CONTACT",
    RequestKind.QUESTION: "VRAAG",
}
SETTLED: Final = "VERVALLEN"


def request_of(message: PartnerMessage) -> Request | None:
    """Return what a message asks of the worker, or that it asks it no longer; None when it does neither."""
    asked = requests.request_of(message)
    if asked is None:
        return None
    request: Request = {
        "Soort": KINDS[asked.kind],
        "Kenmerk": asked.reference,
        "Stand": SETTLED if asked.is_settled else None,
        "Afspraaksoort": asked.meeting and asked.meeting.label,
        "UiterlijkOp": asked.due_on and asked.due_on.isoformat(),
        "Tijden": [each.isoformat() for each in asked.times],
        "Onderwerp": asked.topic and asked.topic.label,
        "Vraag": asked.question,
    }
    return {name: value for name, value in request.items() if value}
