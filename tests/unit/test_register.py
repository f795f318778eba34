import csv
from datetime import date
from pathlib import Path

import pytest

from app.domain.codes import IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.sandbox.case_generator import GIDSO_TEAM, RMW_TEAM, counsellor_facts
from app.sandbox.register import KINDS_IN, RegisterRow, UnreadableRegister, read_register, slug
from tests.support.register import COLUMNS, cells, write_register


def read_one(folder: Path, **changes: str) -> RegisterRow:
    [row] = read_register(write_register(folder, cells(**changes)))
    return row


def test_a_row_reads_as_typed_values(tmp_path: Path) -> None:
    row = read_one(
        tmp_path,
        referrer_kind="werk_en_inkomen",
        system="rmw",
        three_way_meeting="yes",
        intake_on="2019-09-13",
        attended="yes",
        intake_result="route_to_kbr",
        plan_signed_on="2019-09-20",
        decision_on="2019-11-01",
        trajectory_result="kbr_application",
        kbr_status="received",
    )

    assert (row.kind, row.system) == (ReferrerKind.WERK_EN_INKOMEN, System.RMW)
    assert (row.three_way_meeting, row.attended) == (True, True)
    assert (row.intake_on, row.decision_on) == (date(2019, 9, 13), date(2019, 11, 1))
    assert row.intake_result is IntakeResult.ROUTE_TO_KBR
    assert row.trajectory_result is TrajectoryResult.KBR_APPLICATION
    assert row.kbr_status is KbrStatus.RECEIVED


def test_empty_cells_are_unknown(tmp_path: Path) -> None:
    row = read_one(tmp_path, bsn="", sex="", intake_on="", attended="", decision_on="")

    assert (row.bsn, row.sex, row.intake_on, row.attended, row.decision_on) == (None, None, None, None, None)


@pytest.mark.parametrize(
    ("system", "kind", "reference"),
    [("gidso", "wijkteam", "G-000007"), ("rmw", "exit", "R000007"), ("api", "frontlijn", "P-000007")],
)
def test_a_reference_has_the_form_of_its_system(tmp_path: Path, system: str, kind: str, reference: str) -> None:
    assert read_one(tmp_path, referral_no="7", system=system, referrer_kind=kind).reference == reference


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("referral_no", "", "must be filled in"),
        ("received_on", "", "must be filled in"),
        ("received_on", "02-09-2019", "must be a date as YYYY-MM-DD"),
        ("referrer_kind", "buurman", "must be one of: vraagwijzer, "),
        ("referrer_kind", "", "must be filled in"),
        ("system", "excel", "must be one of: "),
        ("system", "", "must be filled in"),
        ("system", "allegro", "must be a system in which referrers work: gidso, rmw, api"),
        ("system", "rmw", "does not go with referrer kind 'welzijnsorganisatie'"),
        ("system", "gidso", "does not go with referrer kind 'welzijnsorganisatie'"),
        ("birth_date", "1990-02-30", "must be a date as YYYY-MM-DD"),
        ("three_way_meeting", "ja", "must be 'yes', 'no' or empty"),
        ("attended", "1", "must be 'yes', 'no' or empty"),
        ("intake_result", "goed", "must be one of: route_to_kbr, "),
        ("trajectory_result", "goed", "must be one of: kbr_application, "),
        ("kbr_status", "goed", "must be one of: submitted, "),
    ],
)
def test_a_bad_cell_names_line_column_and_rule(tmp_path: Path, column: str, value: str, rule: str) -> None:
    path = write_register(tmp_path, cells(referral_no="1"), cells(**({"referral_no": "2"} | {column: value})))

    with pytest.raises(UnreadableRegister) as refused:
        read_register(path)

    assert str(refused.value).startswith(f"Line 3, column '{column}': {rule}")


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("age_band", "weeks_to_decision")])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = tmp_path / "register.csv"
    row = cells()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [name for name in COLUMNS if name != column], extrasaction="ignore")
        writer.writeheader()
        writer.writerow(row)

    with pytest.raises(UnreadableRegister, match=f"column '{column}'"):
        read_register(path)


def test_a_number_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    path = write_register(tmp_path, cells(referral_no="1"), cells(referral_no="2"), cells(referral_no="1"))

    with pytest.raises(UnreadableRegister, match="Line 4, column 'referral_no': was used before"):
        read_register(path)


def test_a_register_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRegister, match="no rows"):
        read_register(write_register(tmp_path))


def test_a_register_saved_by_a_spreadsheet_reads_the_same(tmp_path: Path) -> None:
    path = write_register(tmp_path, cells())
    plain = read_register(path)

    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert read_register(path) == plain


def test_a_file_that_is_no_text_is_refused_as_a_register(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    path.write_bytes(b"PK\x03\x04\xff\xfe\xfa")

    with pytest.raises(UnreadableRegister, match="UTF-8"):
        read_register(path)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Werk & Inkomen Prematching", "werk-inkomen-prematching"), ("Café  Zuid ", "cafe-zuid"), ("DOCK", "dock")],
)
def test_a_code_is_made_from_the_name(name: str, code: str) -> None:
    assert slug(name) == code


def test_every_kind_that_a_system_registers_for_can_be_entered_there() -> None:
    for system, team_of in ((System.GIDSO, GIDSO_TEAM), (System.RMW, RMW_TEAM)):
        assert KINDS_IN[system] == set(team_of)


@pytest.mark.parametrize(
    ("signed_on", "order"),
    [("2019-09-16", ["plan", "intakeresultaat"]), ("2019-09-23", ["intakeresultaat", "plan"])],
)
def test_a_plan_of_the_day_of_the_intake_is_registered_before_its_result(
    tmp_path: Path, signed_on: str, order: list[str]
) -> None:
    held = {"intake_on": "2019-09-16", "attended": "yes", "intake_result": "route_to_kbr", "plan_signed_on": signed_on}
    (row,) = read_register(write_register(tmp_path, cells(**held)))

    assert [each.fact["soort"] for each in counsellor_facts(row)] == ["bevestiging", "afspraak", "aanwezigheid", *order]
