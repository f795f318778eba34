"""Which referral of the hub a partner's case is, where the case is from before the hub: pure rules.

A referrer's reference links; a citizen service number (BSN) with the day of the referral is only proposed, because a
client may be referred twice. In doubt nothing is linked: a wrong link would show one person's case to another's
referrer.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.ports import PartnerCase


class LinkBasis(StrEnum):
    """What shows that a partner's case is a referral of the hub."""

    HUB_ID = "hub-id"
    """The partner states the hub's own id."""
    REFERENCE = "reference"
    """The partner states the referrer's reference."""
    BSN_AND_DATE = "bsn-and-date"
    """The same client, and a day of referral that is near enough; needs an operator's yes."""


class LinkDoubt(StrEnum):
    """Why a case is not linked, although there are referrals that it may be."""

    SEVERAL_REFERRALS = "several-referrals"
    SEVERAL_CASES = "several-cases"
    """Another case of the partner may be the same referral."""
    OTHER_BSN = "other-bsn"
    """The reference is that of a referral of somebody else."""


@dataclass(frozen=True, kw_only=True)
class LinkableReferral:
    """A referral that the partner does not know yet.

    Attributes:
        bsn_index: keyed hash of the client's citizen service number; None when it is not known.
        received_on: the day of the referral in the city.
    """

    id: UUID
    organisation_code: str
    reference: str | None
    bsn_index: bytes | None
    received_on: date


@dataclass(frozen=True, kw_only=True)
class CaseMatch:
    """The referrals that a partner's case may be.

    Attributes:
        doubt: why it is not certain which of them; None when there is one only.
    """

    case_id: str
    basis: LinkBasis
    referral_ids: tuple[UUID, ...]
    doubt: LinkDoubt | None = None

    @property
    def referral_id(self) -> UUID:
        """The referral, where there is no doubt."""
        return self.referral_ids[0]


def match(
    case: PartnerCase, bsn_index: bytes | None, referrals: Iterable[LinkableReferral], days: timedelta
) -> CaseMatch | None:
    """Return the referrals that a case may be, or None when there is none.

    Args:
        case: as the partner has it.
        bsn_index: keyed hash of the citizen service number in the case.
        referrals: those with the same reference, the same client or the stated id, and no case at the partner yet.
        days: how far the day of the case may be from that of a referral of the same client.
    """
    named = {each.id: each for each in referrals}
    if case.referral_id is not None:
        return _match(case, LinkBasis.HUB_ID, [named[case.referral_id]]) if case.referral_id in named else None
    possible = [each for each in named.values() if case.organisation_code in (None, each.organisation_code)]
    by_reference = [each for each in possible if case.reference and each.reference == case.reference]
    if by_reference:
        return _by_reference(case, bsn_index, by_reference)
    same_client = [each for each in possible if bsn_index and each.bsn_index == bsn_index]
    near = [each for each in same_client if case.received_on and abs(each.received_on - case.received_on) <= days]
    return _match(case, LinkBasis.BSN_AND_DATE, near) if near else None


def _by_reference(case: PartnerCase, bsn_index: bytes | None, found: Sequence[LinkableReferral]) -> CaseMatch:
    same = [each for each in found if bsn_index and each.bsn_index == bsn_index]
    agreeing = same or [each for each in found if None in (bsn_index, each.bsn_index)]
    if agreeing:
        return _match(case, LinkBasis.REFERENCE, agreeing)
    return replace(_match(case, LinkBasis.REFERENCE, found), doubt=LinkDoubt.OTHER_BSN)


def _match(case: PartnerCase, basis: LinkBasis, found: Sequence[LinkableReferral]) -> CaseMatch:
    return CaseMatch(
        case_id=case.case_id,
        basis=basis,
        referral_ids=tuple(each.id for each in found),
        doubt=LinkDoubt.SEVERAL_REFERRALS if len(found) > 1 else None,
    )


def with_rivals(matches: Collection[CaseMatch]) -> list[CaseMatch]:
    """Return the matches, in doubt where several cases of the partner may be the same referral.

    One that is shown by the hub's id or the reference goes before what is only proposed.
    """
    certain = _claims(each for each in matches if each.basis is not LinkBasis.BSN_AND_DATE)
    proposed = _claims(each for each in matches if each.basis is LinkBasis.BSN_AND_DATE)
    return [_with_rivals(each, certain, proposed) for each in matches]


def _claims(matches: Iterable[CaseMatch]) -> Mapping[UUID, int]:
    return Counter(each.referral_id for each in matches if each.doubt is None)


def _with_rivals(found: CaseMatch, certain: Mapping[UUID, int], proposed: Mapping[UUID, int]) -> CaseMatch:
    if found.doubt is not None:
        return found
    claims = certain.get(found.referral_id, 0)
    if found.basis is LinkBasis.BSN_AND_DATE:
        claims += proposed[found.referral_id]
    return replace(found, doubt=LinkDoubt.SEVERAL_CASES) if claims > 1 else found
