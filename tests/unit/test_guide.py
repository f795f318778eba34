"""The guide as static files: every link leads somewhere, every page is found, and nothing comes from elsewhere."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from typing_extensions import override

from app.guide.pages import docs_folder
from app.guide.site import Guide, served_guide
from tests.support.command_line import run
from tests.support.documents import ROOT

PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md"))


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str, *tags: str) -> list[str]:
        return [attrs[attribute] or "" for tag, attrs in self.tags if attribute in attrs and (not tags or tag in tags)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the command wrote the guide."""
    folder = tmp_path_factory.mktemp("guide")
    code, output = run({}, "guide", "build", str(folder))
    assert code == 0, output
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Tags]:
    """Return the pages by their address."""
    return {path.relative_to(site).as_posix(): Tags(path.read_text()) for path in site.rglob("*.html")}


def test_every_page_of_the_documentation_is_in_the_guide(pages: dict[str, Tags]) -> None:
    assert len(pages) == len(PAGES)


def test_every_link_and_anchor_within_the_guide_leads_somewhere(site: Path, pages: dict[str, Tags]) -> None:
    ids = {address: set(page.values("id")) for address, page in pages.items()}
    broken = [
        f"{address}: {link}"
        for address, page in pages.items()
        for link in links(page)
        if not leads(site, ids, address, link)
    ]

    assert broken == []


def links(page: Tags) -> Iterator[str]:
    yield from (each for name in ("href", "src") for each in page.values(name) if "://" not in each)


def leads(site: Path, ids: dict[str, set[str]], address: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    name = target(address, path) if path else address
    return (site / name).is_file() and (not anchor or anchor in ids[name])


def target(address: str, path: str) -> str:
    return normpath(join(dirname(address), path))


def test_every_page_can_be_reached_from_the_first(pages: dict[str, Tags]) -> None:
    reached: set[str] = set()
    waiting = {"index.html"}
    while waiting:
        address = waiting.pop()
        reached.add(address)
        paths = {each.partition("#")[0] for each in links(pages[address])}
        waiting |= {target(address, path) for path in paths if path}.intersection(pages) - reached

    assert sorted(set(pages) - reached) == []


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(pages: dict[str, Tags]) -> None:
    for address, page in pages.items():
        assert [each for each in (*page.values("src"), *page.values("href", "link")) if "://" in each] == [], address
        assert page.values("style") == [], address
        assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == [], address
        assert [attrs for tag, attrs in page.tags if tag == "script" and "src" not in attrs] == [], address


def test_ids_on_a_page_differ(pages: dict[str, Tags]) -> None:
    for address, page in pages.items():
        ids = page.values("id")
        assert len(ids) == len(set(ids)), address


def test_pages_say_in_which_language_they_are(pages: dict[str, Tags]) -> None:
    for address, page in pages.items():
        assert page.values("lang", "html") == ["nl" if address.startswith("nl/") else "en"], address


def test_the_search_finds_every_heading_of_a_page(site: Path, pages: dict[str, Tags]) -> None:
    entries = json.loads((site / "search.json").read_text())
    ids = {address: set(page.values("id")) for address, page in pages.items()}

    assert {each["at"].partition("#")[0] for each in entries} == set(pages)
    assert all(leads(site, ids, "index.html", each["at"]) for each in entries)
    (signature,) = (each for each in entries if each["heading"] == "Check the signature")
    assert re.search(r"HMAC-SHA256", signature["text"])


def test_links_that_leave_the_documentation_are_text_only(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# One\n\n[two](../two.md) [three](https://three.example) [four](#one)\n")

    found = Guide(tmp_path, None).file("index.html")

    assert found is not None
    shown = Tags(found.content.decode()).values("href", "a")
    assert "https://three.example" in shown
    assert not any("two" in each for each in shown)


def test_an_installed_hub_has_the_documentation_in_its_package() -> None:
    project, image = (ROOT / "pyproject.toml").read_text(), (ROOT / "Dockerfile").read_text()

    assert docs_folder() == ROOT / "docs"
    assert '"docs" = "app/docs"' in project
    assert "COPY docs docs\n" in image
    assert "!docs\n" in (ROOT / ".dockerignore").read_text()


def test_the_page_for_what_is_absent_is_small_however_deep_its_address_is() -> None:
    assert len(served_guide().absent("x/" * 4000).content) < 100_000
