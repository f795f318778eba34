"""Who looks: what a caller's organisation may see, for whom it acts, and under which ids."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from app.domain.codes import OrganisationRole
from app.domain.queries import Visibility
from app.domain.values import Organisation
from app.privacy.gate import Receiver
from app.privacy.pseudonyms import Pseudonyms

_SEES_ALL = frozenset({OrganisationRole.FINANCE_TEAM, OrganisationRole.OPERATOR})
_KNOWS_ALL_STATUSES = _SEES_ALL | {OrganisationRole.CREDIT_BANK}


@dataclass(frozen=True)
class CallerScope:
    """A caller: an organisation, seen as a receiver of what the hub tells."""

    organisation: Organisation

    @property
    def visibility(self) -> Visibility:
        """Which referrals exist for this caller; any other is not found."""
        if self.organisation.role in _SEES_ALL:
            return Visibility()
        if self.organisation.role is OrganisationRole.CREDIT_BANK:
            return Visibility(at_credit_bank=True)
        if self.organisation.role is OrganisationRole.PARTNER_SYSTEM:
            return Visibility(system=self.organisation.system)
        return Visibility(organisation_id=self.organisation.id)

    @property
    def knows_all_statuses(self) -> bool:
        """Return whether the caller reads the real status, not the one last disclosed to the referrer."""
        return self.organisation.role in _KNOWS_ALL_STATUSES

    @property
    def is_inside(self) -> bool:
        """Return whether the caller uses the hub's own ids."""
        return self.organisation.is_inside

    def receiver(self, referrer: Organisation) -> Receiver:
        """Return the receiver in whose name the policy is asked, for a referral of this referrer.

        A partner system acts for the referrers that work in it.
        """
        acts_for_referrer = self.organisation.role is OrganisationRole.PARTNER_SYSTEM
        return self._standing_in(referrer) if acts_for_referrer else self.itself

    @cached_property
    def itself(self) -> Receiver:
        """The caller as the receiver of what is no referral of anybody it acts for."""
        return self._standing_in(self.organisation)

    def _standing_in(self, organisation: Organisation) -> Receiver:
        kind = organisation.kind or organisation.role
        return Receiver(str(organisation.id), str(kind), inside=self.is_inside)

    def resolve(self, pseudonyms: Pseudonyms, given_id: UUID) -> UUID:
        """Return the hub's id behind an id that this caller uses."""
        return given_id if self.is_inside else pseudonyms.resolve(str(self.organisation.id), given_id)

    def shown(self, pseudonyms: Pseudonyms, record_id: UUID) -> UUID:
        """Return the id under which this caller knows a record."""
        return record_id if self.is_inside else pseudonyms.of(str(self.organisation.id), record_id)
