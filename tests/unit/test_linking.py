"""Which referral a partner's case is: by the reference, proposed by client and day, or in doubt."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.linking import CaseMatch, LinkableReferral, LinkBasis, LinkDoubt, match, with_rivals
from app.domain.ports import PartnerCase

DAY = date(2026, 3, 2)
YARA, OMAR = b"index of Yara", b"index of Omar"
BY_REFERENCE, BY_BSN = LinkBasis.REFERENCE, LinkBasis.BSN_AND_DATE


def referral(number: int, **values: object) -> LinkableReferral:
    whole = {"organisation_code": "wijkteam", "reference": "W-1", "bsn_index": YARA, "received_on": DAY}
    return LinkableReferral(id=UUID(int=number), **(whole | values))  # type: ignore[arg-type]  # its fields


def case(**values: object) -> PartnerCase:
    whole = {"organisation_code": "wijkteam", "reference": "W-1", "bsn": "999990019", "received_on": DAY}
    return PartnerCase(case_id="A1", **(whole | values))  # type: ignore[arg-type]  # its fields


def found(given: PartnerCase, *referrals: LinkableReferral, bsn_index: bytes | None = YARA) -> CaseMatch | None:
    return match(given, bsn_index, referrals, timedelta(days=4))


def ids(*numbers: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=each) for each in numbers)


@pytest.mark.parametrize(
    ("given", "referrals", "basis", "numbers", "doubt"),
    [
        (case(), [referral(1)], BY_REFERENCE, (1,), None),
        (case(organisation_code=None), [referral(1)], BY_REFERENCE, (1,), None),
        (case(), [referral(1, bsn_index=None)], BY_REFERENCE, (1,), None),
        (case(), [referral(1), referral(2, organisation_code="dock")], BY_REFERENCE, (1,), None),
        (
            case(organisation_code=None),
            [referral(1), referral(2, organisation_code="dock", bsn_index=OMAR)],
            BY_REFERENCE,
            (1,),
            None,
        ),
        (case(), [referral(1, bsn_index=OMAR)], BY_REFERENCE, (1,), LinkDoubt.OTHER_BSN),
        (
            case(organisation_code=None),
            [referral(1, bsn_index=None), referral(2, organisation_code="dock", bsn_index=None)],
            BY_REFERENCE,
            (1, 2),
            LinkDoubt.SEVERAL_REFERRALS,
        ),
        (case(reference=None), [referral(1)], BY_BSN, (1,), None),
        (case(reference="?"), [referral(1, received_on=DAY - timedelta(days=4))], BY_BSN, (1,), None),
        (case(reference=None), [referral(1), referral(2)], BY_BSN, (1, 2), LinkDoubt.SEVERAL_REFERRALS),
        (case(referral_id=UUID(int=1), bsn=None), [referral(1), referral(2)], LinkBasis.HUB_ID, (1,), None),
    ],
)
def test_a_case_is_the_referral_that_its_reference_or_its_client_and_day_point_to(
    given: PartnerCase,
    referrals: list[LinkableReferral],
    basis: LinkBasis,
    numbers: tuple[int, ...],
    doubt: LinkDoubt | None,
) -> None:
    expected = CaseMatch(case_id="A1", basis=basis, referral_ids=ids(*numbers), doubt=doubt)

    assert found(given, *referrals) == expected


@pytest.mark.parametrize(
    ("given", "referrals"),
    [
        (case(reference="W-2", organisation_code="dock"), [referral(1)]),
        (case(reference=None), [referral(1, received_on=DAY + timedelta(days=5))]),
        (case(reference=None), [referral(1, bsn_index=OMAR)]),
        (case(reference=None, received_on=None), [referral(1)]),
        (case(referral_id=UUID(int=9)), [referral(1)]),
    ],
)
def test_a_case_that_points_to_nothing_is_no_referral(given: PartnerCase, referrals: list[LinkableReferral]) -> None:
    assert found(given, *referrals) is None


def test_a_client_without_a_number_is_never_proposed() -> None:
    assert found(case(reference=None), referral(1, bsn_index=None), bsn_index=None) is None


def claim(case_id: str, basis: LinkBasis, number: int = 1) -> CaseMatch:
    return CaseMatch(case_id=case_id, basis=basis, referral_ids=ids(number))


@pytest.mark.parametrize(
    ("bases", "doubted"),
    [
        ((BY_REFERENCE, BY_REFERENCE), ["A0", "A1"]),
        ((BY_BSN, BY_BSN), ["A0", "A1"]),
        ((BY_REFERENCE, BY_BSN), ["A1"]),
        ((BY_REFERENCE, BY_BSN, BY_BSN), ["A1", "A2"]),
    ],
)
def test_of_several_cases_only_one_that_states_the_reference_is_the_referral(
    bases: tuple[LinkBasis, ...], doubted: list[str]
) -> None:
    claims = [claim(f"A{place}", basis) for place, basis in enumerate(bases)]

    settled = with_rivals([*claims, claim("A9", BY_REFERENCE, number=2)])

    assert [each.case_id for each in settled if each.doubt is LinkDoubt.SEVERAL_CASES] == doubted
