"""What is deprecated is said in every answer, in the document and on the page of changes, from one table."""

from dataclasses import replace
from datetime import date

import pytest
from httpx import ASGITransport

from app.api.app import create_api
from app.api.deprecations import DeprecatedMember, DeprecatedOperation
from app.api.openapi.document import document, document_without_webhooks
from app.api.state import AppState
from app.cli.changes.page import deprecated_section
from tests.api.conftest import PUBLIC_URL, Api

LINK = f'<{PUBLIC_URL}/docs/guide/reference/api-changes.html>; rel="deprecation sunset"; type="text/html"'
ENDING = DeprecatedOperation(
    method="GET", path="/code-lists/{name}", since=date(2027, 1, 1), ends=date(2028, 1, 1), instead="Use `/code-lists`."
)
UNDECIDED = DeprecatedOperation(
    method="GET", path="/event-schemas/{type}", since=date(2027, 1, 1), instead="Use the document."
)
MEMBER = DeprecatedMember(schema="CodeOut", member="label", since=date(2027, 1, 1), instead="Use `code`.")
TABLE = (ENDING, UNDECIDED, MEMBER)

pytestmark = pytest.mark.sqlite


@pytest.fixture
def client(hub: AppState) -> Api:
    return Api(transport=ASGITransport(create_api(hub, TABLE)), base_url=PUBLIC_URL)


@pytest.mark.parametrize(("name", "status"), [("referral-statuses", 200), ("nothing", 404)])
async def test_every_answer_says_since_when_and_until_when(client: Api, name: str, status: int) -> None:
    answer = await client.get(f"/v1/code-lists/{name}")

    assert answer.status_code == status
    assert answer.headers["deprecation"] == "@1798761600"
    assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert answer.headers.get_list("link") == [LINK]


async def test_the_link_leads_to_the_page_of_changes(client: Api) -> None:
    answer = await client.head("/v1/code-lists/referral-statuses")

    page = await client.get(answer.headers["link"].partition(">")[0].removeprefix(f"<{PUBLIC_URL}"))

    assert page.status_code == 200
    assert "Nothing is deprecated." in page.text


async def test_without_a_day_of_its_end_there_is_no_sunset(client: Api) -> None:
    answer = await client.get("/v1/event-schemas/nl.trajecthub.referrals.closed.v1")

    assert answer.headers["deprecation"] == "@1798761600"
    assert "sunset" not in answer.headers
    assert 'rel="deprecation";' in answer.headers["link"]


async def test_other_operations_say_nothing(client: Api) -> None:
    answers = [await client.get("/v1/code-lists"), await client.get("/v1/nothing"), await client.get("/healthz")]

    assert [answer for answer in answers if {"deprecation", "sunset"} & {*answer.headers}] == []


def test_the_document_marks_operations_and_members() -> None:
    made = document(PUBLIC_URL, TABLE)
    operation = made["paths"]["/code-lists/{name}"]["get"]
    member = made["components"]["schemas"]["CodeOut"]["properties"]["label"]

    assert operation["deprecated"] is member["deprecated"] is True
    assert operation["description"].startswith("Deprecated since 2027-01-01, ends on 2028-01-01. Use `/code-lists`.")
    assert {"Deprecation", "Sunset", "Link"} <= {*operation["responses"]["200"]["headers"]}
    assert "Sunset" in document_without_webhooks(PUBLIC_URL, TABLE)["components"]["headers"]
    assert "deprecated" not in made["paths"]["/code-lists"]["get"]
    assert "Sunset" not in document(PUBLIC_URL)["components"]["headers"]


def test_what_does_not_exist_cannot_be_deprecated() -> None:
    gone = DeprecatedOperation(method="GET", path="/gone", since=date(2027, 1, 1), instead="Use nothing.")

    with pytest.raises(KeyError):
        document(PUBLIC_URL, (gone,))


def test_the_page_of_changes_lists_what_is_deprecated() -> None:
    assert "- `label` of `CodeOut`: Deprecated since 2027-01-01. Use `code`." in deprecated_section(TABLE)
    assert "Nothing is deprecated." in deprecated_section(())


def test_what_is_deprecated_ends_after_twelve_months_at_the_earliest() -> None:
    for since, ends in ((date(2027, 1, 1), date(2027, 12, 31)), (date(2028, 2, 29), date(2029, 2, 28))):
        with pytest.raises(ValueError, match="twelve months later at the earliest"):
            replace(ENDING, since=since, ends=ends)
        with pytest.raises(ValueError, match="twelve months later at the earliest"):
            replace(MEMBER, since=since, ends=ends)

    assert replace(ENDING, since=date(2028, 2, 29), ends=date(2029, 3, 1)).ends == date(2029, 3, 1)
