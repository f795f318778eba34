"""The connected partners."""

from collections.abc import Iterable, Mapping

from app.adapters.common.adapter import Adapter
from app.adapters.common.pace import Pace
from app.adapters.common.settings import PartnerSettings
from app.domain.codes import System
from app.domain.ports import Clock
from app.operations.partners.pull_policy import PullPolicy


def connect_partners(
    partners: Iterable[PartnerSettings], clock: Clock, pull_policy: Mapping[System, PullPolicy]
) -> dict[System, Adapter]:
    """Return an adapter for every partner that has an address; it calls no more often than its pull policy allows."""

    def pace(system: System) -> Pace | None:
        per_second = pull_policy[system].requests_per_second
        return Pace(per_second) if per_second else None

    return {each.system: each.connect(each.url, clock, pace(each.system)) for each in partners if each.url}
