"""Registers of fictitious referrals, with the columns of the pilot's register."""

import csv
from collections.abc import Mapping
from pathlib import Path

COLUMNS = (
    "referral_no",
    "received_on",
    "referrer_kind",
    "organisation",
    "system",
    "area",
    "given_name",
    "family_name",
    "sex",
    "birth_date",
    "age_band",
    "bsn",
    "three_way_meeting",
    "intake_on",
    "attended",
    "intake_result",
    "plan_signed_on",
    "decision_on",
    "weeks_to_decision",
    "trajectory_result",
    "kbr_status",
)
_FILLED_IN = {
    "referral_no": "1",
    "received_on": "2019-09-02",
    "referrer_kind": "welzijnsorganisatie",
    "organisation": "DOCK",
    "system": "api",
    "area": "Charlois",
    "given_name": "Joke",
    "family_name": "Voorbeeld",
    "sex": "f",
    "birth_date": "1973-09-07",
    "three_way_meeting": "no",
}


def cells(**changes: str) -> dict[str, str]:
    """Return the cells of a valid row: a referral by DOCK without any result yet."""
    return dict.fromkeys(COLUMNS, "") | _FILLED_IN | changes


def write_register(folder: Path, *rows: Mapping[str, str]) -> Path:
    """Write a register. Return its path."""
    path = folder / "register.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path
