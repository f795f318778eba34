"""The invented cases of the simulators are cases that can be: the hub can apply all that counsellors registered."""

from app.domain.codes import PARTNERS
from app.sandbox.fake_data import fake_cases


def test_only_what_opens_a_trajectory_is_followed_by_a_plan_or_a_result() -> None:
    cases = fake_cases(1, 200, PARTNERS)

    followed = [each for each in cases if each.plan_signed_on or each.trajectory_result or each.kbr_status]
    assert followed
    assert [each.number for each in followed if not each.intake_result or not each.intake_result.opens_trajectory] == []
