"""What notices say of a connection: their properties, and the named types in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.codes import PARTNERS
from app.events.contract.field_schemas import Schema, open_list

__all__ = ["NOTICE_TYPES", "PARTNER_NOTICE", "SUBSCRIPTION_NOTICE", "NoticeContent"]


@dataclass(frozen=True, kw_only=True)
class NoticeContent:
    """What one kind of notice says; what does not apply is absent.

    Attributes:
        groups: its properties that are of a named type, with the name of that type in ``NOTICE_TYPES``.
        properties: the schemas of its other properties.
        required: what it always says, besides when it happened.
    """

    groups: Mapping[str, str]
    properties: Mapping[str, Schema]
    required: tuple[str, ...]


NOTICE_TYPES: Mapping[str, Schema] = {
    "EventSubscription": {
        "title": "EventSubscription",
        "description": "The subscription that a notice is about (abonnement).",
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"description": "Your id of it", "type": "string", "format": "uuid"}},
    },
    "EventPartner": {
        "title": "EventPartner",
        "description": "The partner system that a notice is about (partnersysteem).",
        "type": "object",
        "required": ["system"],
        "properties": {"system": open_list("Its key", (each.value for each in PARTNERS))},
    },
    "EventQuarantine": {
        "title": "EventQuarantine",
        "description": "Why some of a partner's records cannot be applied (oorzaak).",
        "type": "object",
        "required": ["reason", "field"],
        "properties": {
            "reason": {"description": "Why records are in quarantine, as a code", "type": "string"},
            "field": {"description": "The partner's name of the field that is refused", "type": "string"},
        },
    },
}
"""The named types in notices."""

SUBSCRIPTION_NOTICE = NoticeContent(
    groups={"subscription": "EventSubscription"},
    properties={
        "since": {
            "description": "Since when deliveries fail, RFC 3339 in UTC",
            "type": "string",
            "format": "date-time",
        },
        "reason": open_list(
            "Why, as a code: the kind of error of the last try such as `timeout` or `status-5xx`; `gone`: the address "
            "answered 410; `resumed`: its owner or an operator says that it is up",
            ["timeout", "status-5xx", "gone", "resumed"],
        ),
    },
    required=("subscription",),
)
"""The state of a subscription."""

PARTNER_NOTICE = NoticeContent(
    groups={"partner": "EventPartner", "quarantine": "EventQuarantine"},
    properties={
        "since": {"description": "Since when it fails, RFC 3339 in UTC", "type": "string", "format": "date-time"},
        "reason": open_list(
            "What fails or failed: `reading` its changes, `sending` to it, its `feed`, whose numbers jump or went back "
            "(a backup was restored there), what was passed over is read again; or `quarantine`: some of its records "
            "cannot be applied, for one cause",
            ["reading", "sending", "feed", "quarantine"],
        ),
    },
    required=("partner", "reason"),
)
"""The state of the connection with a partner system."""
