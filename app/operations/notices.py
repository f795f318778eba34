"""Notices about connections that operations publish (*meldingen over koppelingen*)."""

from datetime import datetime

from app.database import Connection
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.partners import QuarantineCause
from app.events.delivery import notices
from app.models.delivery.subscription import Subscription
from app.models.partners.partner import find_partner
from app.operations.services import Services

FEED = notices.FEED

__all__ = ["FEED", "announce_partner", "announce_quarantine", "announce_resumed"]


def announce_partner(
    tx: Connection, services: Services, system: System, failing: bool, direction: str = notices.READING
) -> None:
    """Notify operators that reading a partner's changes began to fail, or works again; the same notice is sent once.

    Args:
        tx: the transaction of the change, in which the partner's row is locked.
        services: clock, ids and the privacy gate; in a replay no notice is sent.
        system: the partner.
        failing: True at the start, False at the end.
        direction: what fails; each fails and recovers on its own.
    """
    if services.quiet:
        return
    row = find_partner(tx, system)
    event_type = EventType.PARTNER_FAILING if failing else EventType.PARTNER_RECOVERED
    since = row.failing_since if row and failing and direction == notices.READING else None
    notices.publish_notice(tx, services, notices.partner_notice(event_type, system, direction, since))


def announce_quarantine(
    tx: Connection, services: Services, system: System, cause: QuarantineCause, since: datetime | None
) -> None:
    """Notify operators that records of a partner got into quarantine for a cause, or that it is over.

    Args:
        tx: the transaction of the change, in which the partner's row is locked.
        services: clock, ids and the privacy gate.
        system: the partner.
        cause: each begins and ends on its own; the same notice is sent once.
        since: when the first record got into quarantine for it; None: there is none any more.
    """
    notices.publish_notice(tx, services, notices.quarantine_notice(system, cause, since))


def announce_resumed(tx: Connection, services: Services, subscription: Subscription) -> None:
    """Notify that the receiver of a subscription is said to be up again, if a failure had been notified.

    Args:
        tx: the transaction in which the subscription is locked.
        services: clock, ids and the privacy gate.
        subscription: its present state.
    """
    notices.publish_subscription_notice(tx, services, EventType.SUBSCRIPTION_RECOVERED, subscription, "resumed")
