"""What the documentation says about files, settings and signatures is true."""

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events.http.signing import new_secret, sign
from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet --constraint constraints.txt --editable . "
    "&& .venv/bin/trajecthub demo",
    "python3 -m venv .venv && .venv/bin/pip install --quiet --constraint constraints.txt --editable '.[dev]' "
    "&& .venv/bin/pytest -n 2",
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VARIABLE = re.compile(r"TRAJECTHUB_[A-Z_]+")
NAMED_FILE = re.compile(r"`((?:app|docs|migrations|openapi|tests)/[\w./-]*)`")

IsGenuine = Callable[..., bool]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return CODE_BLOCK.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    headings = HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.fixture(scope="module")
def is_genuine() -> IsGenuine:
    """Return the function that docs/how-to/subscribing.md shows to Python developers."""
    blocks = CODE_BLOCK.findall((ROOT / "docs" / "how-to" / "subscribing.md").read_text())
    space: dict[str, IsGenuine] = {}
    exec(next(code for language, code in blocks if language == "python"), space)
    return space["is_genuine"]


def test_the_readme_begins_with_the_two_commands() -> None:
    blocks = CODE_BLOCK.findall((ROOT / "README.md").read_text())

    assert tuple(code.strip() for _, code in blocks[:2]) == COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    inner = [link for link in LINK.findall(prose(page)) if "://" not in link]

    assert [link for link in inner if not leads_somewhere(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_files_and_folders_exist(page: Path) -> None:
    assert [path for path in NAMED_FILE.findall(page.read_text()) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_settings_exist(page: Path) -> None:
    known = {f"TRAJECTHUB_{field.upper()}" for field in Settings.model_fields}

    assert set(VARIABLE.findall(page.read_text())) - known == set()


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = Counter(decision.name[:4] for decision in DECISIONS)

    assert [number for number, count in numbers.items() if count > 1] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_a_decision_begins_with_its_number(decision: Path) -> None:
    assert decision.read_text().startswith(f"# {decision.name[:4]} ")


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_the_readme_lists_every_decision(decision: Path) -> None:
    assert f"({name(decision)})" in (ROOT / "README.md").read_text()


def signed(keys: list[str], body: bytes, timestamp: int) -> dict[str, str]:
    signature = sign(keys, "019ab3f2", timestamp, body)
    return {"webhook-id": "019ab3f2", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_the_documented_check_accepts_what_the_hub_signs(is_genuine: IsGenuine) -> None:
    secret = new_secret()
    headers = signed([secret], b'{"a": 1}', int(time.time()))

    assert is_genuine(secret, headers, b'{"a": 1}')


def test_the_documented_check_accepts_either_secret_of_a_rotation(is_genuine: IsGenuine) -> None:
    old, new = new_secret(), new_secret()
    headers = signed([new, old], b"{}", int(time.time()))

    assert is_genuine(old, headers, b"{}")
    assert is_genuine(new, headers, b"{}")


@pytest.mark.parametrize(
    "change", [{"webhook-id": "019ab3f3"}, {"webhook-signature": "v1,"}, {"webhook-signature": ""}]
)
def test_the_documented_check_refuses_changed_headers(is_genuine: IsGenuine, change: dict[str, str]) -> None:
    secret = new_secret()
    headers = signed([secret], b"{}", int(time.time())) | change

    assert not is_genuine(secret, headers, b"{}")


def test_the_documented_check_refuses_a_changed_body(is_genuine: IsGenuine) -> None:
    secret = new_secret()
    headers = signed([secret], b"{}", int(time.time()))

    assert not is_genuine(secret, headers, b"{ }")


@pytest.mark.parametrize("age_seconds", [301, -301])
def test_the_documented_check_refuses_another_time(is_genuine: IsGenuine, age_seconds: int) -> None:
    secret = new_secret()
    headers = signed([secret], b"{}", 1_795_428_600)

    assert not is_genuine(secret, headers, b"{}", now=1_795_428_600 + age_seconds)
