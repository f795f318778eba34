"""Alerts about the quarantine: operators are notified once when a cause for it begins, and once when it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.database import Connection
from app.domain.codes import System
from app.domain.partners import PartnerPullState, QuarantineAlert, QuarantineCause
from app.models.partners.partner import find_partner, save_partner
from app.models.partners.quarantine import causes_of_quarantine
from app.operations.intake.classify import WAITS
from app.operations.notices import announce_quarantine
from app.operations.partners.lease import PartnerLease, require_lease
from app.operations.services import Services


@dataclass(frozen=True)
class QuarantineChanges:
    """For which causes there are records in quarantine since the last alert, and for which there are none any more."""

    begun: tuple[QuarantineAlert, ...] = ()
    ended: tuple[QuarantineCause, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.begun or self.ended)


def quarantine_changed(tx: Connection, system: System) -> bool:
    """Return whether there is something about a partner's quarantine to notify operators of."""
    state = find_partner(tx, system)
    return state is not None and bool(_changes(tx, state))


def alert_of_quarantine(tx: Connection, services: Services, lease: PartnerLease) -> QuarantineChanges:
    """Notify operators of the causes that began or ended since the last time; return them.

    After a pull, when what waited was tried again: a cause that ends for a moment, because its records are about to be
    tried again, is not one that ended.

    Raises:
        LeaseLost: another process took the lease meanwhile, or the partner was paused.
    """
    state = require_lease(tx, lease)
    changes = _changes(tx, state)
    for alert in changes.begun:
        announce_quarantine(tx, services, lease.system, alert.cause, since=alert.since)
    for cause in changes.ended:
        announce_quarantine(tx, services, lease.system, cause, since=None)
    kept = tuple(each for each in state.quarantine_alerts if each.cause not in changes.ended)
    save_partner(tx, replace(state, quarantine_alerts=(*kept, *changes.begun)))
    return changes


def _changes(tx: Connection, state: PartnerPullState) -> QuarantineChanges:
    present: Mapping[QuarantineCause, QuarantineAlert] = {
        each.cause: each for each in causes_of_quarantine(tx, state.system, WAITS.reason)
    }
    announced = {each.cause for each in state.quarantine_alerts}
    begun = tuple(present[cause] for cause in sorted(present.keys() - announced))
    return QuarantineChanges(begun, tuple(sorted(announced - present.keys())))
