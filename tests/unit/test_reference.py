import tomllib
from importlib.resources import files

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
OWNER = "terms, row 1 (confirmation), of: must be one of: finance_team, credit_bank"
TERM_FAULTS = [
    "terms, row 1 (confirmation), start: 'birth' is not known; use one of: " + ", ".join(Milestone),
    "terms, row 1 (confirmation), length: must be [number, unit], with a unit of: " + ", ".join(Unit),
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
        ({"terms": [{**TERM, "of": "referrer"}]}, [OWNER]),
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
