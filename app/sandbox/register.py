"""A register of referrals as a CSV file, with the columns of the pilot's register.

Columns: referral_no, received_on, referrer_kind, organisation, system, area, given_name, family_name, sex,
birth_date, age_band, bsn, three_way_meeting, intake_on, attended, intake_result, plan_signed_on, decision_on,
weeks_to_decision, trajectory_result, kbr_status.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.birth_date import BirthDate, read_birth_date
from app.domain.codes import Code, IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult

KINDS_IN = {
    System.GIDSO: frozenset({ReferrerKind.VRAAGWIJZER, ReferrerKind.WIJKTEAM, ReferrerKind.JONGERENLOKET}),
    System.RMW: frozenset(
        {
            ReferrerKind.WERK_EN_INKOMEN,
            ReferrerKind.EXIT,
            ReferrerKind.STATUSHOUDERS,
            ReferrerKind.DETENTIE_REINTEGRATIE,
            ReferrerKind.PRESTATIE010,
        }
    ),
    System.API: frozenset(ReferrerKind),
}
"""The kinds of referrer that work in each system (domain.md section 3)."""


class UnreadableRegister(ValueError):
    """A row of the register is not valid; the message names line, column and rule."""


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One referral of the register with its course."""

    number: str
    received_on: date
    kind: ReferrerKind
    organisation: str
    system: System
    area: str
    given_name: str
    family_name: str
    sex: str | None
    birth_date: BirthDate
    bsn: str | None
    three_way_meeting: bool
    intake_on: date | None
    attended: bool | None
    intake_result: IntakeResult | None
    plan_signed_on: date | None
    decision_on: date | None
    trajectory_result: TrajectoryResult | None
    kbr_status: KbrStatus | None

    @property
    def organisation_code(self) -> str:
        """The organisation's code, derived from its name."""
        return slug(self.organisation)

    @property
    def reference(self) -> str:
        """The referrer's own reference, in the format of its system."""
        return {System.GIDSO: "G-", System.RMW: "R", System.API: "P-"}[self.system] + self.number.zfill(6)


def read_register(path: Path) -> list[RegisterRow]:
    """Return the rows of a register, in the order of the file.

    Raises:
        UnreadableRegister: a column is missing, a value is not valid, a number occurs twice, or there are no rows.
    """
    rows: dict[str, RegisterRow] = {}
    for line, values in enumerate(_lines(path), start=2):
        cells = _Cells(line, values)
        row = _row(cells)
        if row.number in rows:
            raise cells.fault("referral_no", "was used before; give every referral a number of its own")
        rows[row.number] = row
    if not rows:
        raise UnreadableRegister("The register has no rows; give at least one referral below the header.")
    return list(rows.values())


def _lines(path: Path) -> list[dict[str, str | None]]:
    # Spreadsheets write a byte order mark, which "utf-8-sig" skips.
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRegister("The register is no CSV file in UTF-8; save it as one.") from error


def slug(name: str) -> str:
    """Return a code for a name: lower case a to z, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class _Cells:
    """The cells of one line, checked by the rule of each column."""

    def __init__(self, line: int, values: Mapping[str, str | None]) -> None:
        self._line, self._values = line, values

    def text(self, column: str) -> str:
        value = (self._values.get(column) or "").strip()
        if not value:
            raise self.fault(column, "must be filled in")
        return value

    def optional(self, column: str) -> str | None:
        if column not in self._values:
            raise self.fault(column, "is missing from the header")
        return (self._values[column] or "").strip() or None

    def day(self, column: str) -> date | None:
        value = self.optional(column)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise self.fault(column, "must be a date as YYYY-MM-DD") from error

    def required_day(self, column: str) -> date:
        self.text(column)
        day = self.day(column)
        if day is None:
            raise self.fault(column, "must be filled in")
        return day

    def birth_date(self, column: str) -> BirthDate:
        try:
            return read_birth_date(self.text(column))
        except ValueError as error:
            raise self.fault(column, "must be a date as YYYY-MM-DD, with 00 for what is not known") from error

    def yes_no(self, column: str) -> bool | None:
        value = self.optional(column)
        if value not in (None, "yes", "no"):
            raise self.fault(column, "must be 'yes', 'no' or empty")
        return None if value is None else value == "yes"

    def code(self, column: str, codes: type[Code]) -> str | None:
        value = self.optional(column)
        if value is not None and value not in list(codes):
            raise self.fault(column, f"must be one of: {', '.join(codes)}")
        return value

    def fault(self, column: str, rule: str) -> UnreadableRegister:
        return UnreadableRegister(f"Line {self._line}, column '{column}': {rule}.")


def _row(cells: _Cells) -> RegisterRow:
    kind, system = _kind_and_system(cells)
    intake_result = cells.code("intake_result", IntakeResult)
    trajectory_result = cells.code("trajectory_result", TrajectoryResult)
    kbr_status = cells.code("kbr_status", KbrStatus)
    return RegisterRow(
        number=cells.text("referral_no"),
        received_on=cells.required_day("received_on"),
        kind=kind,
        organisation=cells.text("organisation"),
        system=system,
        area=cells.text("area"),
        given_name=cells.text("given_name"),
        family_name=cells.text("family_name"),
        sex=cells.optional("sex"),
        birth_date=cells.birth_date("birth_date"),
        bsn=cells.optional("bsn"),
        three_way_meeting=bool(cells.yes_no("three_way_meeting")),
        intake_on=cells.day("intake_on"),
        attended=cells.yes_no("attended"),
        intake_result=IntakeResult(intake_result) if intake_result else None,
        plan_signed_on=cells.day("plan_signed_on"),
        decision_on=cells.day("decision_on"),
        trajectory_result=TrajectoryResult(trajectory_result) if trajectory_result else None,
        kbr_status=KbrStatus(kbr_status) if kbr_status else None,
    )


def _kind_and_system(cells: _Cells) -> tuple[ReferrerKind, System]:
    kind = ReferrerKind(cells.code("referrer_kind", ReferrerKind) or cells.text("referrer_kind"))
    system = System(cells.code("system", System) or cells.text("system"))
    if system not in KINDS_IN:
        raise cells.fault("system", f"must be a system in which referrers work: {', '.join(KINDS_IN)}")
    if kind not in KINDS_IN[system]:
        raise cells.fault(
            "system", f"does not go with referrer kind '{kind}'; it has {', '.join(sorted(KINDS_IN[system]))}"
        )
    return kind, system
