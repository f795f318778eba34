"""The kinds of records whose ids organisations know."""

from enum import StrEnum


class RecordKind(StrEnum):
    """What an id is of."""

    REFERRAL = "referral"
    TRAJECTORY = "trajectory"
    APPOINTMENT = "appointment"
    SUBSCRIPTION = "subscription"
    DELIVERY = "delivery"
    EVENT = "event"
