"""A tag that a compressing proxy made weak allows a change, and a stale one does not."""

from typing import Any

import httpx
import pytest

from app.domain.errors import PreconditionFailed
from app.domain.preconditions import check_precondition, etag_of, revision_etag
from tests.api.conftest import Api
from tests.support.api_calls import path_for, refer

TAG = etag_of("what was read")


@pytest.mark.parametrize(
    "if_match",
    [f"W/{TAG}", f' W/{TAG} , "other"', f'W/"other",W/{TAG}', TAG, "*", f'"other", {TAG}'],
)
def test_tag_of_the_record_allows_a_change(if_match: str) -> None:
    check_precondition(if_match, TAG)


@pytest.mark.parametrize("if_match", ['W/"other"', "W/", f"w/{TAG}", f"W/W/{TAG}", "W/*", f"W/{TAG[:-1]}", ""])
def test_other_tags_do_not(if_match: str) -> None:
    with pytest.raises(PreconditionFailed):
        check_precondition(if_match, TAG)


def test_revision_is_a_tag_like_others() -> None:
    check_precondition('W/"r17"', revision_etag(17))


async def put(operator: Api, **headers: str) -> Any:
    body = {"name": "Wijkteam Noord", "kind": "wijkteam", "system": "gidso", "area": "Noord"}
    return await operator.put("/v1/organisations/noord", json=body, headers=headers)


def weak(answer: httpx.Response) -> str:
    """Return the tag of an answer as a compressing proxy makes it."""
    return f"W/{answer.headers['etag'].removeprefix('W/')}"


async def test_every_kind_of_record_is_changed_behind_a_compressing_proxy(dock: Api, etf: Api, operator: Api) -> None:
    made = await dock.post("/v1/subscriptions", json={"url": "https://93.184.216.34/"})
    await refer(dock, reference="K-1")
    organisation = await put(operator)
    path = await path_for(etf, "K-1")
    read = await etf.get(f"/v1{path}")

    changes = [
        await etf.post(f"/v1{path}/confirmation", json={}, headers={"If-Match": weak(read)}),
        await put(operator, **{"If-Match": weak(organisation)}),
        await dock.patch(
            f"/v1/subscriptions/{made.json()['id']}",
            json={"areas": ["Noord"]},
            headers={"If-Match": weak(made)},
        ),
    ]
    stale = await etf.post(f"/v1{path}/rejection", json={"reason": "not_a_resident"}, headers={"If-Match": f"W/{TAG}"})

    assert [each.status_code for each in changes] == [200, 200, 200]
    assert stale.status_code == 412
