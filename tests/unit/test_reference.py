import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import OrganisationRole
from app.domain.terms import Milestone, Unit
from app.reference import Band, FaultyReference, UnknownMunicipality, load_reference, read_reference

ROTTERDAM = load_reference("rotterdam")
CITY = tomllib.loads(files("app.reference").joinpath("rotterdam.toml").read_text(encoding="utf-8"))


def band_of(bands: tuple[Band, ...], number: int) -> str | None:
    return next((band.name for band in bands if band.holds(number)), None)


def test_rotterdam_has_its_areas_and_one_for_the_unknown() -> None:
    assert {"Feijenoord", "Hoek van Holland", "onbekend"} <= ROTTERDAM.areas
    assert len(ROTTERDAM.areas) == 15


def test_every_role_but_the_referrer_has_an_institution() -> None:
    assert {each.role for each in ROTTERDAM.institutions} == set(OrganisationRole) - {OrganisationRole.REFERRER}


@given(st.integers(0, 120))
def test_every_age_falls_in_one_band(age: int) -> None:
    assert sum(band.holds(age) for band in ROTTERDAM.age_bands) == 1


@given(st.integers(0, 500))
def test_every_number_of_weeks_falls_in_one_band(weeks: int) -> None:
    assert sum(band.holds(weeks) for band in ROTTERDAM.decision_week_bands) == 1


@pytest.mark.parametrize(
    ("age", "name"),
    [(17, "0-17"), (18, "18-27"), (26, "18-27"), (27, "27-35"), (64, "55-65"), (65, "65+"), (99, "65+")],
)
def test_an_age_on_the_edge_falls_in_the_upper_band(age: int, name: str) -> None:
    assert band_of(ROTTERDAM.age_bands, age) == name


@pytest.mark.parametrize(("weeks", "name"), [(8, "0-8"), (9, "9-13"), (13, "9-13"), (14, "14-19"), (20, "20+")])
def test_weeks_on_the_edge_fall_as_the_city_counts_them(weeks: int, name: str) -> None:
    assert band_of(ROTTERDAM.decision_week_bands, weeks) == name


def test_no_number_below_zero_falls_in_a_band() -> None:
    assert band_of(ROTTERDAM.decision_week_bands, -1) is None


def test_the_refusal_of_an_unknown_city_names_the_file_to_add() -> None:
    with pytest.raises(UnknownMunicipality, match=r"app/reference/atlantis\.toml"):
        load_reference("atlantis")


TERM = CITY["terms"][0]
OWNER = "terms, row 1 (confirmation), of: must be one of: finance_team, credit_bank, referrer"
TERM_FAULTS = [
    "terms, row 1 (confirmation), start: 'birth' is not known; use one of: " + ", ".join(Milestone),
    "terms, row 1 (confirmation), length: must be [number from 1 to 1000, unit], with a unit of: " + ", ".join(Unit),
    "terms, row 1 (confirmation), valid_from: must be a date, such as 2019-03-01",
]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"municipality": " "}, ["municipality: must be a text that is not empty"]),
        ({"areas": []}, ["areas: must be a list of one or more names"]),
        ({"area": "Noord"}, ["area: is not a known key; mind the spelling"]),
        ({"age_bands": [["0-17", 17, 0]]}, ["age_bands, item 1: must be [name, lowest] or [name, lowest, highest]"]),
        (
            {"routing_advice": [{"code": "already_open"}, {"code": "already_open", "only_for": ["nobody"]}]},
            ["routing_advice, row 2 (already_open), only_for, item 1: 'nobody' is not known; mind the spelling"],
        ),
        (
            {"routing_advice": [{"code": "already_open"}, {"code": "already_open", "except_for": ["exit"]}]},
            ["routing_advice: more than one row: already_open; give each advice once"],
        ),
        ({"terms": [{**TERM, "start": "birth", "length": [1, "years"], "valid_from": "2020"}]}, TERM_FAULTS),
        ({"terms": [TERM]}, ["terms: no term decision for every kind of referrer; add one"]),
        (
            {"terms": [*CITY["terms"], TERM]},
            ["terms: more than one term from the same day on for the same kind: confirmation"],
        ),
        ({"terms": [{**TERM, "of": "operator"}]}, [OWNER]),
        (
            {"institutions": [{"code": "rmw", "role": "bank", "system": "rmw"}], "retention": {"quarantine_days": 0}},
            [
                "institutions, row 1 (rmw), name: is missing",
                "institutions, row 1 (rmw), role: 'bank' is not known; use one of: " + ", ".join(OrganisationRole),
                "retention, quarantine_days: must be greater than 0",
                "retention, decided_conflict_days: is missing",
                "retention, known_values_days: is missing",
                "retention, attempts_days: is missing",
                "retention, deliveries_days: is missing",
                "retention, partner_accounts_days: is missing",
                "retention, silent_workers_days: is missing",
            ],
        ),
    ],
)
def test_a_city_with_faults_is_refused_with_table_row_and_key_of_each(
    changes: dict[str, object], faults: list[str]
) -> None:
    with pytest.raises(FaultyReference) as caught:
        read_reference({**CITY, **changes})

    assert str(caught.value).splitlines() == faults


ROWS: dict[str, Any] = {each["code"]: each for each in CITY["terms"]}
LENGTH = "must be [number from 1 to 1000, unit], with a unit of: " + ", ".join(Unit)
CODE = "must be at most 80 characters of a-z, 0-9, dot, underscore and hyphen, the first of a-z or 0-9"
HAS_LAST_DAY = "has a last day; count it in another unit than hours, and let it not remind"
OTHER_START = "starts from another milestone than '{}', on which the hub counts"
IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
    *[("intake", {"length": [amount, "weeks"]}, f", length: {LENGTH}") for amount in (True, 0, -1, 1001, 10**15)],
    ("intake", {"approaches": [10**9, "days"]}, f", approaches: {LENGTH}"),
    *[("intake", {"code": code}, f", code: {CODE}") for code in ("in take", "intake/1", "x" * 81, "İ", 3)],
    ("intake", {"until": ["received"]}, ": ends with 'received', from which it starts; leave that out of until"),
    ("intake", {"until": []}, ": has no end; name milestones in until, or let it remind"),
    ("intake", {"times": 2}, ": runs more than once and does not remind; leave out times"),
    ("intake", {"approaches": [11, "working_days"]}, ": approaches before it starts; shorten approaches"),
    ("decision", {"start": "received"}, f": {OTHER_START.format('first_talk')}"),
    ("restore_contact", {"start": "received"}, f": {OTHER_START.format('contact_lost')}"),
    ("decision", {"length": [500, "hours"]}, f": {HAS_LAST_DAY}"),
    ("restore_contact", {"reminds": True}, f": {HAS_LAST_DAY}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "fault"), IMPOSSIBLE)
def test_a_term_that_could_not_be_counted_is_refused_at_start(
    code: str, changes: dict[str, object], fault: str
) -> None:
    row = {**ROWS[code], **changes}
    with pytest.raises(FaultyReference) as caught:
        read_reference({**CITY, "terms": [row, *(each for each in CITY["terms"] if each["code"] != code)]})

    assert str(caught.value).splitlines() == [f"terms, row 1 ({row['code']}){fault}"]


def test_weeks_and_holidays_that_contradict_each_other_are_refused_at_start() -> None:
    row, day = CITY["progress_weeks"][0], date(2026, 1, 2)
    kinds = "statushouders, werk_en_inkomen"
    twice = f"progress_weeks: more than one row from the same day on for: {kinds}; give each kind once"
    changes: list[tuple[dict[str, object], str]] = [
        ({"progress_weeks": [row, {**row, "weeks": [3]}]}, twice),
        (
            {"progress_weeks": [{**row, "weeks": [10**9]}]},
            "progress_weeks, row 1, weeks, item 1: must be less than or equal to 1000",
        ),
        (
            {"holidays": {**CITY["holidays"], "added": [day], "removed": [day]}},
            "holidays: both added and removed: 2026-01-02; name each day once",
        ),
    ]
    for change, fault in changes:
        with pytest.raises(FaultyReference) as caught:
            read_reference({**CITY, **change})
        assert str(caught.value) == fault


def test_the_city_decides_how_long_unneeded_data_is_stored() -> None:
    keep = ROTTERDAM.retention

    assert (keep.quarantine.days, keep.decided_conflict.days, keep.known_values.days) == (30, 90, 730)
    assert keep.partner_accounts.days == 365
    assert (keep.attempts.days, keep.deliveries.days, keep.silent_workers.days) == (90, 730, 7)
