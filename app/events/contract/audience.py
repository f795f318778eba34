"""Who receives which type of event, for the documents."""

from app.domain.events import ABOUT_TERMS, OCCASION_OF, PARTNER_NOTICES, SUBSCRIPTION_NOTICES, EventType

__all__ = ["audience"]


def audience(event_type: EventType) -> str:
    """Return a sentence that says who receives a type; it must be one of ``TO_SUBSCRIPTIONS``."""
    if event_type in PARTNER_NOTICES:
        return "Sent to subscriptions of the hub's operator."
    if event_type in SUBSCRIPTION_NOTICES:
        return (
            "Sent to other subscriptions of the organisation that have it in `eventTypes`, and to those of the hub's "
            "operator."
        )
    if event_type is EventType.SUBSCRIPTION_TEST:
        return "Sent to the one subscription for which it was asked."
    if event_type in ABOUT_TERMS:
        return (
            "Sent to subscriptions of the finance team, and to those of the hub's operator that have it in "
            "`eventTypes`; to no referrer."
        )
    return (
        "Sent to subscriptions of the organisation that made the referral, if its feedback agreement has the moment "
        f"(*terugkoppelmoment*) `{OCCASION_OF[event_type]}`."
    )
