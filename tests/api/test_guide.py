"""The hub serves its documentation at ``/docs/guide``: to everybody, in whole pages, and nothing else of its folder."""

import httpx
import pytest

from app.api.http.problems import STATUS_OF
from app.api.http.protocol_errors import HTTP_PROBLEMS
from tests.support.nginx import directly

Api = httpx.AsyncClient


@pytest.fixture
async def guide(api: Api) -> Api:
    """Return a caller without a token."""
    assert "authorization" not in api.headers
    return api


async def test_its_address_leads_to_the_first_page(guide: Api) -> None:
    moved = await guide.get("/docs/guide")
    page = await guide.get("/docs/guide/")

    assert (moved.status_code, moved.headers["location"]) == (307, "guide/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1" in page.text
    assert 'href="../../docs"' in page.text


async def test_the_documentation_page_is_also_found_with_a_slash(guide: Api) -> None:
    moved = await guide.get("/docs/")

    assert (moved.status_code, moved.headers["location"]) == (307, "../docs")


async def test_pages_need_nothing_from_elsewhere(guide: Api) -> None:
    page = await guide.get("/docs/guide/how-to/subscribing.html")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for name, media_type in {
        "style.css": "text/css; charset=utf-8",
        "search.js": "text/javascript; charset=utf-8",
        "search.json": "application/json",
        "icon.svg": "image/svg+xml",
        "deployment/nginx.conf": "text/plain; charset=utf-8",
    }.items():
        file = await guide.get(f"/docs/guide/{name}")
        assert (file.status_code, file.headers["content-type"]) == (200, media_type), name


async def test_a_page_that_did_not_change_is_not_sent_again(guide: Api) -> None:
    page = await guide.get("/docs/guide/index.html")
    tag = page.headers["etag"]

    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await guide.get("/docs/guide/index.html", headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), given
    changed = await guide.get("/docs/guide/index.html", headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


@directly(reason="nobody knows the length of an answer before it is compressed")
async def test_head_returns_the_headers_only(guide: Api) -> None:
    page, head = await guide.get("/docs/guide/"), await guide.head("/docs/guide/")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == page.headers["etag"]
    assert head.headers["content-length"] == str(len(page.content))


async def test_what_is_not_in_the_guide_is_absent(guide: Api) -> None:
    for address in (
        "nothing.html",
        "how-to/",
        "README.md",
        "how-to/subscribing.md",
        "../../pyproject.toml",
        "%2e%2e/%2e%2e/pyproject.toml",
        "..%2f..%2fpyproject.toml",
        "//etc/passwd",
        "how-to/..%2findex.html",
        "%00",
    ):
        answer = await guide.get(f"/docs/guide/{address}")
        assert answer.status_code in {400, 404}, address
        assert "hatchling" not in answer.text

    absent = await guide.get("/docs/guide/a/b/nothing.html")
    assert (absent.status_code, absent.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert '"../../style.css"' in absent.text


async def test_it_is_read_only(guide: Api) -> None:
    answer = await guide.post("/docs/guide/index.html")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_type_of_a_problem_leads_to_the_page_of_its_code(guide: Api) -> None:
    refused = await guide.get("/v1/referrals")
    kind = httpx.URL(refused.json()["type"])
    assert (kind.host, kind.path) == ("hub.example.nl", "/docs/errors/unauthenticated")

    moved = await guide.get(kind.path)
    page = await guide.get(kind.join(moved.headers["location"]).path)

    assert (moved.status_code, page.status_code) == (307, 200)
    assert '<h1 id="unauthenticated">' in page.text


async def test_every_code_has_a_page_and_another_has_none(guide: Api) -> None:
    for code in {error.code for error in STATUS_OF} | {each.code for each in HTTP_PROBLEMS}:
        answer = await guide.get(f"/docs/guide/reference/errors/{code}.html")
        assert answer.status_code == 200, code

    all_of_them = await guide.get("/docs/errors")
    unknown = await guide.get("/docs/errors/nothing")
    assert (all_of_them.status_code, all_of_them.headers["location"]) == (307, "guide/reference/errors.html")
    assert (await guide.get("/docs/errors/")).headers["location"] == "../guide/reference/errors.html"
    assert unknown.headers["location"] == "../guide/reference/errors/nothing.html"
    assert (await guide.get("/docs/guide/reference/errors/nothing.html")).status_code == 404
