"""Decision records are numbered, dated and listed in one form."""

from collections import Counter

from tests.support.documents import DECISIONS, ROOT, relative


def test_numbers_are_unique() -> None:
    numbers = Counter(decision.name[:4] for decision in DECISIONS)

    assert [number for number, count in numbers.items() if count > 1] == []


def test_a_record_begins_with_its_number() -> None:
    assert [relative(each) for each in DECISIONS if not each.read_text().startswith(f"# {each.name[:4]} ")] == []


def test_the_readme_lists_every_record() -> None:
    listed = (ROOT / "README.md").read_text()

    assert [relative(each) for each in DECISIONS if f"({relative(each)})" not in listed] == []
