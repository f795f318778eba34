"""What every operation works with, wired once at the entry points."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.identifiers import MonotonicIds, NewId
from app.domain.ports import Clock
from app.privacy.policy import Policy, load_policy
from app.privacy.pseudonyms import Pseudonyms
from app.reference import Reference, load_reference
from app.vault import Vault


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  # the one place where the real clock is read


@dataclass(frozen=True)
class Services:
    """Clock, identifiers, keys, policy and the city's reference data.

    Attributes:
        quiet: True in replays and backfills: what happens is recorded, nobody is told.
    """

    clock: Clock
    new_id: NewId
    vault: Vault
    policy: Policy
    pseudonyms: Pseudonyms
    reference: Reference
    quiet: bool = False


def build_services(master_key: bytes, municipality: str, clock: Clock) -> Services:
    """Return the tools of an installation.

    Raises:
        UnknownMunicipality: there is no reference data or policy of this name.
    """
    return Services(
        clock=clock,
        new_id=MonotonicIds(),
        vault=Vault(master_key),
        policy=load_policy(municipality),
        pseudonyms=Pseudonyms(master_key),
        reference=load_reference(municipality),
    )
