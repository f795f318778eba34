import tomllib
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import OrganisationRole, ReferrerKind
from app.reference import Band, FaultyReference, Term, UnknownMunicipality, load_reference, read_reference

ROTTERDAM = load_reference("rotterdam")
CITY = tomllib.loads(files("app.reference").joinpath("rotterdam.toml").read_text(encoding="utf-8"))


def band_of(bands: tuple[Band, ...], number: int) -> str | None:
    return next((band.name for band in bands if band.holds(number)), None)


def test_rotterdam_has_its_areas_and_one_for_the_unknown() -> None:
    assert {"Feijenoord", "Hoek van Holland", "onbekend"} <= ROTTERDAM.areas
    assert len(ROTTERDAM.areas) == 15


def test_every_role_but_the_referrer_has_an_institution() -> None:
    assert {each.role for each in ROTTERDAM.institutions} == set(OrganisationRole) - {OrganisationRole.REFERRER}


@pytest.mark.parametrize(
    ("intake_on", "weeks"), [(date(2019, 12, 31), 8), (date(2020, 1, 1), 13), (date(2026, 3, 2), 13)]
)
def test_the_decision_term_is_the_one_of_the_day_of_the_intake(intake_on: date, weeks: int) -> None:
    assert ROTTERDAM.decision_weeks(ReferrerKind.WIJKTEAM, intake_on) == weeks
    assert ROTTERDAM.decision_weeks(None, intake_on) == weeks


def test_a_term_of_its_own_comes_before_the_general_one_of_the_same_day() -> None:
    day = date(2020, 1, 1)
    terms = (Term(day, 8, frozenset({ReferrerKind.EXIT})), Term(day, 13, frozenset()))
    reference = replace(ROTTERDAM, decision_terms=terms)

    assert reference.decision_weeks(ReferrerKind.EXIT, day) == 8
    assert reference.decision_weeks(ReferrerKind.WIJKTEAM, day) == 13


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


TERM_FROM = "decision_terms, row 1, valid_from: must be a date, such as 2019-03-01"


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
        ({"decision_terms": [{"valid_from": "2020", "weeks": 8}]}, [TERM_FROM]),
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


def test_the_city_decides_how_long_unneeded_data_is_stored() -> None:
    keep = ROTTERDAM.retention

    assert (keep.quarantine.days, keep.decided_conflict.days, keep.known_values.days) == (30, 90, 730)
    assert keep.partner_accounts.days == 365
    assert (keep.attempts.days, keep.deliveries.days, keep.silent_workers.days) == (90, 730, 7)
