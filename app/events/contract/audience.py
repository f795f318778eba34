"""Who receives which type of event, for the documents."""

from app.domain.events import ABOUT_TERMS, ARRIVALS, OCCASION_OF, PARTNER_NOTICES, SUBSCRIPTION_NOTICES, EventType

__all__ = ["audience"]


_OF_ARRIVALS = (
    "Sent to subscriptions of the organisation to which the client is referred, with the client's consent to be "
    "referred; not to the organisation that made the referral."
)


_OF_ONE = {
    EventType.SUBSCRIPTION_TEST: "Sent to the one subscription for which it was asked.",
    **dict.fromkeys(PARTNER_NOTICES, "Sent to subscriptions of the hub's operator."),
    **dict.fromkeys(ARRIVALS, _OF_ARRIVALS),
}


def audience(event_type: EventType) -> str:
    """Return a sentence that says who receives a type; it must be one of ``TO_SUBSCRIPTIONS``."""
    if event_type in _OF_ONE:
        return _OF_ONE[event_type]
    if event_type in SUBSCRIPTION_NOTICES:
        return (
            "Sent to other subscriptions of the organisation that have it in `eventTypes`, and to those of the hub's "
            "operator."
        )
    if event_type in ABOUT_TERMS:
        return (
            "Sent to subscriptions of the finance team, and to those of the hub's operator that have it in "
            "`eventTypes`; to no referrer."
        )
    return (
        "Sent to subscriptions of the organisation that made the referral, if its feedback agreement has the moment "
        f"(*terugkoppelmoment*) `{OCCASION_OF[event_type]}`."
    )
