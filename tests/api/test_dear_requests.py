"""Requests that would be dear to read or to answer are refused before they are."""

import httpx
import pytest

from app.api.http.language import accepts, prefers_dutch
from app.api.http.validation_errors import MOST_FAULTS
from app.limits import Limits
from tests.api.conftest import Api
from tests.support.api_calls import referral

URL = "https://hooks.example.nl/trajecthub"
MOST = Limits().body_values


@pytest.mark.parametrize(
    "body",
    [
        {"url": URL, "eventTypes": [1] * 80_000},
        {"url": URL, "areas": [[]] * 80_000},
        {"url": URL} | {f"k{number}": 1 for number in range(MOST + 1)},
        {"url": URL, "areas": ["a"] * 50_000},
    ],
    ids=["wrong items", "arrays", "names", "items"],
)
async def test_a_body_of_too_many_values_is_refused_before_they_are_made(dock: Api, body: object) -> None:
    answered = await dock.post("/v1/subscriptions", json=body)

    assert (answered.status_code, answered.json()["code"]) == (413, "body-too-large")
    assert f"at most {MOST} values" in answered.json()["detail"]


async def test_commas_and_brackets_in_texts_are_no_values(dock: Api) -> None:
    answered = await dock.post("/v1/referrals", json=referral(reason=', [{\\", ' * 300))

    assert answered.status_code == 201, answered.text


async def test_the_answer_to_many_faults_names_the_first_and_their_number(dock: Api) -> None:
    answered = await dock.post("/v1/subscriptions", json={"url": URL, "eventTypes": [1] * (MOST - 10)})

    faults = answered.json()["errors"]
    assert answered.status_code == 400
    assert len(faults) == MOST_FAULTS + 1
    assert (
        faults[-1]["message"]
        == f"There are {MOST - 10 - MOST_FAULTS} more faults; correct those that are listed first."
    )


@pytest.mark.parametrize("path", ["/v1/referrals?{}", "/v1/referrals/{}", "/docs?{}", "/oauth/token?{}"])
async def test_an_address_has_a_length(dock: Api, path: str) -> None:
    most = Limits().address_bytes
    fits = path.format("a" * (most - len(path)))
    too_long = path.format("a=&" * (most // 3))

    assert "at most" not in (await dock.get(fits)).text
    answered = await dock.get(too_long)
    assert answered.status_code == 400
    assert f"at most {most} bytes" in answered.text


def test_what_is_accepted_is_read_up_to_a_length() -> None:
    def scope(name: bytes, value: bytes) -> dict[str, object]:
        return {"type": "http", "headers": [(name, value)]}

    far = b"a," * 60_000

    assert accepts(scope(b"accept", b"application/json," + far))
    assert not accepts(scope(b"accept", far + b"application/json"))
    assert prefers_dutch(scope(b"accept-language", b"nl," + far))
    assert not prefers_dutch(scope(b"accept-language", far + b"nl"))


async def test_a_wrong_length_of_the_accept_header_is_answered_as_any_other(api: httpx.AsyncClient) -> None:
    answered = await api.get("/v1/referrals", headers={"Accept": "text/html," * 1000})

    assert answered.json()["code"] == "not-acceptable"
