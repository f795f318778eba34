"""What every operation works with, wired once at the entry points."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.database import Database
from app.domain.identifiers import MonotonicIds, NewId
from app.domain.ports import Clock
from app.models.access.pseudonym_scheme import pseudonyms_since
from app.operations.organisation_cache import OrganisationCache
from app.privacy.gate import PrivacyGate
from app.privacy.policy import Policy, load_policy
from app.privacy.pseudonyms import Pseudonyms
from app.reference import Reference, load_reference
from app.vault import Vault

ANSWER_TERM = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Services:
    """Clock, identifiers, keys, the privacy gate and the city's reference data.

    Attributes:
        answer_term: how long answers are stored, for requests that come again with their Idempotency-Key.
        quiet: True in replays and backfills: what happens is recorded, and nothing is sent.
    """

    clock: Clock
    new_id: NewId
    vault: Vault
    gate: PrivacyGate
    reference: Reference
    organisations: OrganisationCache = field(default_factory=OrganisationCache)
    answer_term: timedelta = ANSWER_TERM
    quiet: bool = False

    @property
    def policy(self) -> Policy:
        """The rules of the gate."""
        return self.gate.policy

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The receivers' own ids, as the gate releases them."""
        return self.gate.pseudonyms


def build_services(
    master_key: bytes,
    municipality: str,
    clock: Clock,
    answer_term: timedelta = ANSWER_TERM,
    version_8_since: datetime | None = None,
) -> Services:
    """Return the services of an installation.

    ``version_8_since`` is from when on records have pseudonyms of version 8; None: they always had.

    Raises:
        UnknownMunicipality: there is no reference data or policy of this name.
    """
    return Services(
        clock=clock,
        new_id=MonotonicIds(),
        vault=Vault(master_key),
        gate=PrivacyGate(load_policy(municipality), Pseudonyms(master_key, version_8_since), clock),
        reference=load_reference(municipality),
        answer_term=answer_term,
    )


async def open_services(
    db: Database, master_key: bytes, municipality: str, clock: Clock, answer_term: timedelta = ANSWER_TERM
) -> Services:
    """Return the services of an installation over its database, which knows the form of its pseudonyms.

    Raises:
        UnknownMunicipality: there is no reference data or policy of this name.
    """
    since = await db.read(pseudonyms_since)
    return build_services(master_key, municipality, clock, answer_term, since)
