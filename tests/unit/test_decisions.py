"""Decision records are numbered, dated and listed in one form. Each rule is one test."""

import re
from collections import Counter
from pathlib import Path

from tests.support.documents import DECISIONS, ROOT, relative

INDEX = ROOT / "docs" / "decisions" / "README.md"
RECORD = r"\[\d{4}\]\(\d{4}-[\w-]+\.md\)"
HEAD = re.compile(
    r"# (?P<number>\d{4}) (?P<title>.+)\n\n"
    r"- Date: (?P<date>\d{4}-\d\d-\d\d)\n"
    rf"- Status: (?P<status>Accepted|Superseded by {RECORD}|Amended by {RECORD}(?:, {RECORD})*)\n\n"
    r"## Context\n"
)
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]


def number(decision: Path) -> str:
    return decision.name[:4]


def test_numbers_are_unique() -> None:
    numbers = Counter(map(number, DECISIONS))

    assert [each for each, count in numbers.items() if count > 1] == []


def test_the_index_names_every_number_that_is_missing() -> None:
    numbers = {int(number(decision)) for decision in DECISIONS}
    missing = [f"Number {each:04} is missing" for each in range(1, max(numbers)) if each not in numbers]

    assert [sentence for sentence in missing if sentence not in INDEX.read_text()] == []


def test_a_record_begins_with_its_number_a_title_a_date_and_a_status() -> None:
    heads = {decision: HEAD.match(decision.read_text()) for decision in DECISIONS}

    assert [relative(each) for each, head in heads.items() if not head or head["number"] != number(each)] == []


def test_a_record_has_the_four_sections() -> None:
    sections = {relative(each): re.findall(r"^## (.+)$", each.read_text(), re.MULTILINE) for each in DECISIONS}

    assert {name: found for name, found in sections.items() if found != SECTIONS} == {}


def test_a_record_that_overturns_another_is_newer_and_names_it() -> None:
    overturned = [
        (decision, newer)
        for decision in DECISIONS
        if (head := HEAD.match(decision.read_text()))
        for newer in re.findall(r"\]\(([\w-]+\.md)\)", head["status"])
    ]
    silent = [
        f"{newer} does not name {number(decision)}"
        for decision, newer in overturned
        if newer[:4] <= number(decision) or number(decision) not in (decision.parent / newer).read_text()
    ]

    assert silent == []


def test_the_index_lists_every_record_once_as_it_describes_itself() -> None:
    rows = [
        f"| [{head['number']}]({decision.name}) | {head['title']} | {head['date']} | {head['status']} |"
        for decision in DECISIONS
        if (head := HEAD.match(decision.read_text()))
    ]

    assert [line for line in INDEX.read_text().splitlines() if re.match(r"\| \[\d", line)] == rows


def test_a_record_says_so_when_a_newer_one_amends_or_supersedes_it() -> None:
    heads = {number(each): each.read_text().partition("## Context")[0] for each in DECISIONS}
    claims = [
        (number(newer), older)
        for newer in DECISIONS
        for clause in re.findall(r"(?i)\b(?:amends|supersedes)\b((?:[^:;.]|\.md\))+)", newer.read_text())
        for older in re.findall(r"\b\d{4}\b", clause)
    ]

    assert claims
    assert [
        f"{older} is not marked as changed by {newer}" for newer, older in claims if newer not in heads[older]
    ] == []
