"""What a partner system is owed (*afleveringen*): what was sent, what waits, what was given up, and redelivery."""

from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.details import Detail
from app.domain.errors import Conflict, NotFound, refuse
from app.domain.receivers import PartnerKey
from app.models.delivery.receiver_health import end_wait
from app.models.delivery.redelivery import deliver_all_to_partner_again, deliver_to_partner_again, seen_delivery
from app.operations.services import Services
from app.operations.subscriptions.deliveries import (
    DeliveryQuery,
    DeliveryWithAttempts,
    page_of,
    range_faults,
    with_attempts,
)


def page_of_partner_deliveries(
    tx: Connection, system: System, query: DeliveryQuery
) -> tuple[list[DeliveryWithAttempts], bool]:
    """Return a page of what a partner is or was owed, newest event first, and whether there is a next page."""
    return page_of(tx, PartnerKey(system), query)


def redeliver_to_partner(tx: Connection, services: Services, system: System, delivery_id: UUID) -> DeliveryWithAttempts:
    """Send one delivery to a partner again, under the same id, so that one that arrived is not stored twice.

    Its content is decided anew. A wait after failures ends: the partner is called at once.

    Raises:
        NotFound: this partner has no such delivery.
        Conflict: the delivery is under way or withheld.
    """
    receiver, now = PartnerKey(system), services.clock.now()
    if seen_delivery(tx, receiver, delivery_id) is None:
        raise NotFound(Detail.NO_PARTNER_DELIVERY())
    again = deliver_to_partner_again(tx, receiver, delivery_id, now)
    if again is None:
        raise Conflict(Detail.PARTNER_DELIVERY_NOT_ENDED())
    end_wait(tx, receiver, now)
    return with_attempts(tx, [again])[0]


def redeliver_all_to_partner(
    tx: Connection, services: Services, system: System, since: datetime | None, until: datetime | None
) -> int:
    """Send what was given up for a partner again, and what waits without further waiting; return the number.

    Args:
        tx: the transaction.
        services: for the clock.
        system: the partner.
        since: only what became owed at this moment or later; None: from the first.
        until: and before this moment; None: up to now.

    Raises:
        InvalidInput: the range ends before it begins.
    """
    refuse(range_faults(since, until))
    receiver, now = PartnerKey(system), services.clock.now()
    number = deliver_all_to_partner_again(tx, receiver, since, until, now)
    end_wait(tx, receiver, now)
    return number
