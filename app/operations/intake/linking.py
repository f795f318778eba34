"""Linking: finds the hub's referrals of cases that a partner has from before the hub, and stores what is certain.

Reports have the partner's numbers and the hub's ids of referrals only: no reference, no citizen service number, no day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.linking import CaseMatch, LinkableReferral, LinkBasis, match, with_rivals
from app.domain.partners import CaseLink, JobRequest
from app.domain.ports import CasePage, PartnerCase, PartnerSource
from app.domain.text import composed
from app.models.cases.client import bsn_index
from app.models.cases.external_id import insert_links, linkable, referral_of
from app.models.partners.linking import linkable_by_bsn, linkable_by_id, linkable_by_reference, open_without_case
from app.operations.intake.apply import PageResult
from app.operations.intake.comparison import MAX_REPORTED_KEYS, Counts, key_counts, result_counts
from app.operations.intake.quarantine import retry_cases
from app.operations.partners.lease import PartnerLease, renew_lease
from app.operations.services import Services

__all__ = ["FoundCases", "Linked", "RefusedLink", "compare_cases", "link_cases", "open_without_case"]

BSN_ADVICE = (
    "Have somebody who may see both look at each pair. Link those that are right with 'links' (--link), or accept "
    "all of them with 'acceptBsnAndDay' (--accept-bsn-and-day)."
)
"""What an operator does about cases that were found by client and day."""

DOUBT_ADVICE = (
    "Have somebody who may see both choose, and link the right pair with 'links' (--link); the others stay as they are."
)
"""What an operator does about cases in doubt."""

NOT_A_CANDIDATE = "neither the reference nor client and day point to this referral, or it or the case is linked already"
LINKED_MEANWHILE = "the case or the referral was linked meanwhile"


@dataclass(frozen=True)
class ComparedCases:
    """What a page of a partner's cases is in the hub.

    Attributes:
        linked: cases that are linked already.
        matches: by case, the referrals that it may be.
        unmatched: cases without any.
    """

    linked: Sequence[str]
    matches: Sequence[CaseMatch]
    unmatched: Sequence[str]


def compare_cases(
    tx: Connection, services: Services, lease: PartnerLease, cases: Sequence[PartnerCase]
) -> ComparedCases:
    """Return what a page of a partner's cases is in the hub. The lease is renewed.

    Raises:
        LeaseLost: another process took the lease meanwhile, or the partner was paused.
    """
    renew_lease(tx, services, lease)
    linked = referral_of(tx, lease.system, [each.case_id for each in cases]).keys()
    new = [_comparable(tx, services, each) for each in cases if each.case_id not in linked]
    indexes = {each.case_id: bsn_index(services.vault, each.bsn) for each in new if each.bsn}
    referrals = _possible_referrals(tx, lease.system, new, indexes.values())
    days = services.reference.days_between_case_and_referral
    found = {each.case_id: match(each, indexes.get(each.case_id), referrals, days) for each in new}
    return ComparedCases(
        linked=list(linked),
        matches=[each for each in found.values() if each],
        unmatched=[case_id for case_id, each in found.items() if each is None],
    )


def _comparable(tx: Connection, services: Services, case: PartnerCase) -> PartnerCase:
    """Return a case with its texts as the hub has them; an organisation that the hub does not know says nothing."""
    code = case.organisation_code
    return replace(
        case,
        reference=composed(case.reference) if case.reference else None,
        organisation_code=code if code and services.organisations.find(tx, code) else None,
    )


def _possible_referrals(
    tx: Connection, system: System, cases: Sequence[PartnerCase], indexes: Collection[bytes]
) -> list[LinkableReferral]:
    by_id = linkable_by_id(tx, system, {each.referral_id for each in cases if each.referral_id})
    by_reference = linkable_by_reference(tx, system, {each.reference for each in cases if each.reference})
    return [*by_id, *by_reference, *linkable_by_bsn(tx, system, set(indexes))]


@dataclass(frozen=True)
class RefusedLink:
    """A link that an operator or the hub chose and that was not made, and why."""

    link: CaseLink
    why: str

    def to_json(self) -> Mapping[str, str]:
        """Return it as reports have it."""
        return {**self.link.to_json(), "why": self.why}


@dataclass(kw_only=True)
class FoundCases:
    """What a full reading of a partner's cases found.

    Attributes:
        compared: number of cases that were read.
        unreadable: number of cases that could not be read.
        linked: number of cases that were linked before.
        matches: by case, the referrals that it may be.
        unmatched: cases without any.
    """

    compared: int = 0
    unreadable: int = 0
    linked: int = 0
    matches: dict[str, CaseMatch] = field(default_factory=dict)
    unmatched: list[str] = field(default_factory=list)

    def add_page(self, page: CasePage, compared: ComparedCases) -> None:
        """Add a page."""
        self.compared += len(page.cases)
        self.unreadable += page.unreadable
        self.linked += len(compared.linked)
        self.matches |= {each.case_id: each for each in compared.matches}
        self.unmatched += compared.unmatched

    def settle(self) -> None:
        """Put in doubt what several cases may be, after the last page."""
        self.matches = {each.case_id: each for each in with_rivals(self.matches.values())}

    @property
    def matched_referrals(self) -> set[UUID]:
        """Every referral that a case may be."""
        return {id for each in self.matches.values() for id in each.referral_ids}

    def choose(self, request: JobRequest) -> tuple[list[CaseLink], list[RefusedLink]]:
        """Return the links to make, and those of the operator's choices that are none of the candidates."""
        refused = [RefusedLink(each, NOT_A_CANDIDATE) for each in request.links if not self._is_candidate(each)]
        chosen = {each.case_id: each for each in request.links if self._is_candidate(each)}
        wanted = {LinkBasis.HUB_ID, LinkBasis.REFERENCE}
        if request.accept_bsn_and_day:
            wanted.add(LinkBasis.BSN_AND_DATE)
        taken = {each.referral_id for each in chosen.values()}
        certain = [each for each in self.matches.values() if each.doubt is None and each.basis in wanted]
        rest = [each for each in certain if each.case_id not in chosen and each.referral_id not in taken]
        return [*chosen.values(), *(CaseLink(each.case_id, each.referral_id) for each in rest)], refused

    def _is_candidate(self, link: CaseLink) -> bool:
        found = self.matches.get(link.case_id)
        return found is not None and link.referral_id in found.referral_ids

    def report(self, linked: "Linked", without_case: Sequence[UUID]) -> Counts:
        """Return the report: counts, the partner's numbers and the hub's ids."""
        doubtful = [each for each in self.matches.values() if each.doubt]
        return {
            "compared": self.compared,
            "unreadable": self.unreadable,
            "alreadyLinked": self.linked,
            "byReference": self._pairs(LinkBasis.HUB_ID, LinkBasis.REFERENCE),
            "byBsnAndDate": _advised(self._pairs(LinkBasis.BSN_AND_DATE), BSN_ADVICE),
            "ambiguous": _advised(_counted("cases", [_doubt_to_json(each) for each in doubtful]), DOUBT_ADVICE),
            "withoutReferral": key_counts(self.unmatched),
            "withoutCase": key_counts([str(each) for each in without_case]),
            "linked": linked.number,
            "refused": _counted("links", [each.to_json() for each in linked.refused]),
            "applied": result_counts(linked.applied),
        }

    def _pairs(self, *bases: LinkBasis) -> Counts:
        certain = [each for each in self.matches.values() if each.doubt is None and each.basis in bases]
        return _counted("links", [CaseLink(each.case_id, each.referral_id).to_json() for each in certain])


def _doubt_to_json(found: CaseMatch) -> Mapping[str, object]:
    ids = [str(each) for each in found.referral_ids]
    return {"caseId": found.case_id, "referralIds": ids, "why": str(found.doubt)}


def _counted(name: str, items: Sequence[Mapping[str, object]]) -> Counts:
    return {"count": len(items), name: items[:MAX_REPORTED_KEYS]}


def _advised(counts: Counts, advice: str) -> Counts:
    return {**counts, "advice": advice} if counts["count"] else counts


@dataclass(frozen=True)
class Linked:
    """What came of links: how many were made, what was applied of these cases, and which links were not made."""

    number: int = 0
    applied: PageResult = field(default_factory=PageResult)
    refused: tuple[RefusedLink, ...] = ()

    def __add__(self, other: "Linked") -> "Linked":
        return Linked(self.number + other.number, self.applied + other.applied, self.refused + other.refused)


def link_cases(
    tx: Connection, services: Services, lease: PartnerLease, source: PartnerSource, links: Sequence[CaseLink]
) -> Linked:
    """Store links, and apply what waited in quarantine for one of these cases to be known. The lease is renewed.

    Raises:
        LeaseLost: another process took the lease meanwhile, or the partner was paused.
    """
    renew_lease(tx, services, lease)
    possible = _still_possible(tx, lease.system, links)
    insert_links(tx, [(lease.system, each.case_id, each.referral_id) for each in possible])
    applied = retry_cases(tx, services, source, [each.case_id for each in possible])
    refused = tuple(RefusedLink(each, LINKED_MEANWHILE) for each in links if each not in possible)
    return Linked(len(possible), applied, refused)


def _still_possible(tx: Connection, system: System, links: Sequence[CaseLink]) -> list[CaseLink]:
    """Return the first link of each case and each referral that are not linked yet."""
    taken = set(referral_of(tx, system, [each.case_id for each in links]))
    free = linkable(tx, system, {each.referral_id for each in links})
    possible = []
    for each in links:
        if each.case_id not in taken and each.referral_id in free:
            possible.append(each)
            taken.add(each.case_id)
            free.discard(each.referral_id)
    return possible
