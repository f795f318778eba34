"""The reference of a city's terms, generated from its data."""

from collections.abc import Iterator, Set

from app.cli.markdown import GENERATED, table
from app.domain.codes import OrganisationRole, ReferrerKind
from app.domain.terms import Length, Term, Terms
from app.reference import load_reference

CITY = "rotterdam"

_INTRODUCTION = f"""\
# Terms

{GENERATED}

The terms (*termijnen*) and the weeks of progress of `app/reference/{CITY}.toml`; a city changes them there.
[Domain](../explanation/domain.md), section 5, says what they are for, and who is notified of them.
"""

_KEYS = """\
## What each key means

| key | meaning |
| --- | --- |
| `code`, `label` | the name of the term, and its name in Dutch; terms of a name start at the same milestone |
| `start`, `until` | the milestone from which it runs; the milestones that end it, whichever comes first |
| `length` | `[number, unit]`, see below |
| `approaches` | how long before its end the finance team is notified that it approaches |
| `pauses` | whether it is paused while information is awaited |
| `valid_from` | it holds for what starts on this day or later; the newest counts |
| `referrer_kinds` | for which kinds of referrer; without it for every kind that has no term of this name of its own |
| `times` | how often it runs, one after the other |
| `reminds` | the record does not show what it waits for: it ends on its last day, and is never breached |
| `of` | whom it binds: `finance_team` (also without this key), `credit_bank` or `referrer` |

A talk from before the first term `decision` has that one. `decision` starts from `first_talk` and `restore_contact`
from `contact_lost`, and both have a last day. A file with a fault is refused at start, with a sentence for each.

Units are `hours`, `working_days`, `days`, `weeks` and `months`. Hours run from the moment of the milestone. All others
run from its day in Dutch time, which does not count, to the end of the last day.

In `[[progress_weeks]]`, `weeks` counts from the first talk. In `[holidays]`, `good_friday` and `liberation_day`
(`never`, `every_five_years`, `always`) say whether the city works on these days; `added` and `removed` correct the
national holidays day by day.
"""


def terms_page() -> str:
    """Return the reference of the terms of the city that the project has data of, as Markdown."""
    terms = load_reference(CITY).terms
    columns = ("term", "from", "until", "length", "approaches", "paused", "for", "since")
    progress = [
        (_kinds(each.referrer_kinds), ", ".join(map(str, each.weeks)), str(each.valid_from)) for each in terms.progress
    ]
    return "\n".join(
        [
            _INTRODUCTION,
            table(columns, _rows(terms)),
            "Holidays come from the library `holidays`, corrected by the city.\n",
            "## Weeks of progress\n",
            table(("for", "weeks after the first talk", "since"), progress),
            _KEYS,
        ]
    )


def _rows(terms: Terms) -> Iterator[tuple[str, ...]]:
    for each in terms.terms:
        yield (
            f"`{each.code}`: {each.label}",
            f"`{each.start}`",
            ", ".join(f"`{name}`" for name in sorted(each.until)) or "its last day",
            _length(each),
            _in_words(each.approaches),
            "yes" if each.pauses else "no",
            _kinds(each.referrer_kinds),
            str(each.valid_from),
        )


def _length(term: Term) -> str:
    repeated = f", {term.times} times" if term.times > 1 else ""
    bound = "" if term.bound is OrganisationRole.FINANCE_TEAM else f", of the {term.bound.replace('_', ' ')}"
    return f"{_in_words(term.length)}{repeated}{bound}"


def _in_words(length: Length) -> str:
    unit = length.unit.replace("_", " ")
    return f"{length.amount} {unit.removesuffix('s') if length.amount == 1 else unit}"


def _kinds(kinds: Set[ReferrerKind]) -> str:
    return ", ".join(sorted(f"`{kind}`" for kind in kinds)) or "every other kind"
