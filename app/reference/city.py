"""A city's reference data: areas, institutions, terms, owners of fields and the bands of its tables."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.codes import OrganisationRole, ReferrerKind, RoutingAdvice, System
from app.domain.ownership import Ownership
from app.domain.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Institution:
    """An organisation that every installation in this city has from the start."""

    code: str
    name: str
    role: OrganisationRole
    system: System


@dataclass(frozen=True)
class AgreedAdvice:
    """An advice at referral, for every kind of referrer, for some only, or for every kind but some."""

    advice: RoutingAdvice
    only_for: frozenset[ReferrerKind] = frozenset()
    except_for: frozenset[ReferrerKind] = frozenset()

    def is_for(self, kind: ReferrerKind | None) -> bool:
        """Return whether the advice is for this kind of referrer."""
        return kind not in self.except_for and (not self.only_for or kind in self.only_for)


@dataclass(frozen=True)
class AskedConsent:
    """From which day on some kinds of referrer ask the client's consent before they refer."""

    valid_from: date
    referrer_kinds: frozenset[ReferrerKind]


@dataclass(frozen=True)
class Band:
    """A row of a table of numbers: from ``low`` up to and including ``high`` (None: no upper end)."""

    name: str
    low: int
    high: int | None

    def holds(self, number: int) -> bool:
        """Return whether the number falls in the band."""
        return self.low <= number and (self.high is None or number <= self.high)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long the hub stores data that is no longer needed (*bewaartermijnen*).

    Attributes:
        quarantine: contents of a record in quarantine, from its arrival.
        decided_conflict: the three values of a conflict, which may be personal, from its decision.
        known_values: the values that partners are known to have of a referral that has ended, from its last change.
        attempts: how each attempt to deliver ended.
        deliveries: which events were delivered to whom, withheld or given up; from their end. What was disclosed stays.
        partner_accounts: what each reading of a partner and each job did, and which records were in quarantine and why;
            from their end. Records that were dismissed are remembered for good.
        silent_workers: worker processes that ended without a stop, from their last report.
    """

    quarantine: timedelta
    decided_conflict: timedelta
    known_values: timedelta
    attempts: timedelta
    deliveries: timedelta
    partner_accounts: timedelta
    silent_workers: timedelta


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The reference data of one city.

    Attributes:
        routing_advice: what is given at referral, to whom; what is not in it is not given.
        days_between_case_and_referral: how far the day of a case from before the hub may be from that of its referral.
    """

    municipality: str
    areas: frozenset[str]
    institutions: tuple[Institution, ...]
    terms: Terms
    routing_advice: tuple[AgreedAdvice, ...]
    consent_to_refer: tuple[AskedConsent, ...]
    age_bands: tuple[Band, ...]
    decision_week_bands: tuple[Band, ...]
    retention: Retention
    days_between_case_and_referral: timedelta
    ownership: Ownership = field(default_factory=Ownership)

    def institution(self, role: OrganisationRole) -> Institution:
        """Return the city's institution with this role; StopIteration when the city has none."""
        return next(each for each in self.institutions if each.role is role)

    def advice_for(self, kind: ReferrerKind | None) -> frozenset[RoutingAdvice]:
        """Return the advice that is for this kind of referrer."""
        return frozenset(each.advice for each in self.routing_advice if each.is_for(kind))

    def asks_consent_to_refer(self, kind: ReferrerKind | None, day: date) -> bool:
        """Return whether this kind of referrer refers with the client's consent only, on this day."""
        return any(kind in each.referrer_kinds and each.valid_from <= day for each in self.consent_to_refer)
