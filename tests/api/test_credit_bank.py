"""What the credit bank sees and does: cases that lead to one of its services, and no others."""

import httpx
import pytest

from tests.support.api_calls import attempt, attended, path_for, read, refer, step

Api = httpx.AsyncClient
APPLIED = {"status": "submitted", "changedOn": "2026-03-02"}


async def concluded_with(dock: Api, etf: Api, result: str) -> str:
    """Return the path of a referral whose intake had this result."""
    path = await attended(dock, etf, result)
    await step(etf, f"{path}/intake-result", {"result": result, "concludedOn": "2026-03-02"})
    return path


async def trajectory_of(etf: Api, path: str) -> str:
    return f"/trajectories/{(await read(etf, path))['trajectory']['id']}"


async def listed_at(bank: Api) -> list[list[object]]:
    return [(await read(bank, f"/{kind}"))["items"] for kind in ("referrals", "trajectories")]


async def statuses_of(bank: Api, referral: str, trajectory: str | None = None) -> set[int]:
    """Return with which statuses everything that can be read of a case is answered."""
    paths = [f"{referral}{each}" for each in ("", "/appointments", "/history", "/available-actions", "/disclosures")]
    if trajectory:
        paths += [f"{trajectory}{each}" for each in ("", "/history", "/parties", "/available-actions")]
    return {(await bank.get(f"/v1{path}")).status_code for path in paths}


async def test_the_bank_does_not_see_a_referral_before_it_leads_to_the_bank(dock: Api, etf: Api, bank: Api) -> None:
    await refer(dock, reference="new")
    paths = [await path_for(etf, "new"), await attended(dock, etf, "attended")]

    assert await listed_at(bank) == [[], []]
    for path in paths:
        assert await statuses_of(bank, path) == {404}


@pytest.mark.parametrize("result", ["no_support_wanted", "not_eligible", "unknown", "payment_arrangement"])
async def test_the_bank_does_not_see_a_case_that_leads_elsewhere(dock: Api, etf: Api, bank: Api, result: str) -> None:
    path = await concluded_with(dock, etf, result)
    trajectory = await trajectory_of(etf, path) if result == "payment_arrangement" else None

    assert await listed_at(bank) == [[], []]
    assert await statuses_of(bank, path, trajectory) == {404}
    if trajectory:
        assert (await attempt(bank, f"{trajectory}/kbr-application", APPLIED)).status_code == 404


@pytest.mark.parametrize("result", ["route_to_kbr", "budget_management", "social_loan"])
async def test_the_bank_sees_a_case_whose_intake_leads_to_the_bank(dock: Api, etf: Api, bank: Api, result: str) -> None:
    path = await concluded_with(dock, etf, result)
    trajectory = await trajectory_of(etf, path)

    assert [len(each) for each in await listed_at(bank)] == [1, 1]
    assert await statuses_of(bank, path, trajectory) == {200}
    assert (await step(bank, f"{trajectory}/kbr-application", APPLIED))["kbr"]["status"] == "submitted"


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("kbr-application", APPLIED),
        ("result", {"result": "kbr_application", "decidedOn": "2026-03-02"}),
        ("result", {"result": "budget_management", "decidedOn": "2026-03-02"}),
        ("result", {"result": "social_loan", "decidedOn": "2026-03-02"}),
    ],
)
async def test_the_bank_sees_a_case_from_when_its_guidance_leads_to_the_bank(
    dock: Api, etf: Api, bank: Api, address: str, body: dict[str, str]
) -> None:
    path = await concluded_with(dock, etf, "payment_arrangement")
    trajectory = await trajectory_of(etf, path)

    await step(etf, f"{trajectory}/{address}", body)

    assert [len(each) for each in await listed_at(bank)] == [1, 1]
    assert await statuses_of(bank, path, trajectory) == {200}


async def test_the_bank_finds_nobody_by_the_bsn_of_a_case_that_is_not_its_own(gidso: Api, etf: Api, bank: Api) -> None:
    client = {"familyName": "Jansen", "birthDate": "1988-04-12", "bsn": "999990019"}
    await refer(gidso, organisationCode="wijkteam-feijenoord", reference="G-1", client=client)

    found = [(await each.post("/v1/referrals/_search", json={"bsn": "999990019"})).json() for each in (etf, bank)]

    assert [len(each["items"]) for each in found] == [1, 0]
