"""The pilot year as history: the expected tables, and how to register it at the simulators without a hub."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from uuid import UUID

from app.adapters.allegro.client import AllegroClient
from app.domain.advice import age_on
from app.domain.codes import KbrStatus, OrganisationRole, System, TrajectoryResult
from app.domain.commands import ActionContext, RegisterReferral
from app.domain.local_time import AMSTERDAM
from app.domain.values import ClientDetails, ReferralContents
from app.models.statistics import ReferralCount
from app.operations.statistics import CityTables
from app.reference import Band, Reference
from app.sandbox.allegro import app as allegro
from app.sandbox.case_generator import counsellor_facts, referral_document
from app.sandbox.console import PartnerConsole
from app.sandbox.fake_data import fake_cases
from app.sandbox.register import KINDS_IN, RegisterRow, read_register
from app.sandbox.runtime import Document

PILOT = Path(os.environ.get("PILOT_REGISTER", Path(__file__).parents[3] / "shared/data/pilot-2019-2020.csv"))
"""The pilot's register, which is not part of this repository."""
EVERY = int(os.environ.get("PILOT_EVERY", "10"))
"""One in this number of referrals is used; 1 uses the whole year."""


def pilot_rows() -> list[RegisterRow]:
    """Return the pilot's referrals, or the same number of fictitious ones if its register is not available."""
    if PILOT.exists():
        return read_register(PILOT)[::EVERY]
    return [_coherent(row) for row in fake_cases(1, 2250 // EVERY, set(KINDS_IN))]


def _coherent(row: RegisterRow) -> RegisterRow:
    """Return a fictitious case without results that its intake excludes, at an organisation of its system only."""
    row = replace(row, organisation=f"{row.organisation} {row.system}")
    if row.intake_result is None or not row.intake_result.opens_trajectory:
        return replace(row, plan_signed_on=None, decision_on=None, trajectory_result=None, kbr_status=None)
    return replace(row, kbr_status=KbrStatus.RECEIVED) if row.kbr_status is KbrStatus.SUBMITTED else row


def last_day(rows: Sequence[RegisterRow]) -> datetime:
    """Return a time after all facts about these referrals."""
    day = max(dated.day for row in rows for dated in counsellor_facts(row))
    return datetime.combine(day, time(23), AMSTERDAM).astimezone(UTC)


async def register_referrals(partner_console: PartnerConsole, rows: Sequence[RegisterRow]) -> None:
    """Register the referrals of GIDSO and RMW at these partners."""
    for system in (System.GIDSO, System.RMW):
        for part in _parts([referral_document(row) for row in rows if row.system is system]):
            await partner_console.refer(system, part)


async def register_facts(
    url: str, partner_console: PartnerConsole, ids: Mapping[str, UUID], rows: Sequence[RegisterRow]
) -> None:
    """Make a file for each referral in Allegro, under the hub's id, and register the counsellor's facts.

    Files are made through the contract only; this is a client of the contract, as when the city provides a list.
    """
    client = AllegroClient(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
    for row in rows:
        await client.put_referral(ids[row.reference], {"kenmerkVerwijzer": row.reference, "gebied": row.area})
    await client.close()
    for part in _parts([dated.fact for row in rows for dated in counsellor_facts(row)]):
        await partner_console.register(part)


def _parts(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    # A whole year exceeds the maximum size of a body.
    return (documents[start : start + 500] for start in range(0, len(documents), 500))


def by_api(rows: Sequence[RegisterRow]) -> Iterator[tuple[RegisterReferral, ActionContext]]:
    """Return the referrals without a partner system, as commands of their referrers."""
    for row in rows:
        if row.system is not System.API:
            continue
        at = datetime.combine(row.received_on, time(9), AMSTERDAM).astimezone(UTC)
        client = ClientDetails(
            given_name=row.given_name, family_name=row.family_name, birth_date=row.birth_date, sex=row.sex
        )
        contents = ReferralContents(area=row.area, three_way_meeting=row.three_way_meeting)
        fact = RegisterReferral(
            organisation_code=row.organisation_code,
            client=client,
            contents=contents,
            reference=row.reference,
            received_at=at,
        )
        yield fact, ActionContext(role=OrganisationRole.REFERRER, system=System.API, occurred_at=at)


def tables_of(rows: Sequence[RegisterRow], reference: Reference) -> CityTables:
    """Return the city's tables 5.1 to 5.8, counted from the register."""
    missed = [row for row in rows if row.attended is False]
    decided = [row for row in rows if row.trajectory_result]
    applied = [row for row in decided if row.trajectory_result is TrajectoryResult.KBR_APPLICATION and row.kbr_status]
    ages = Counter(_band(reference.age_bands, age_on(row.birth_date, row.received_on)) for row in rows)
    results = Counter(str(row.intake_result) for row in rows if row.intake_result)
    return CityTables(
        kinds=_with_missed(Counter(str(row.kind) for row in rows), Counter(str(row.kind) for row in missed)),
        ages=ages,
        intake_results=results + Counter({"missed": len(missed)}),
        areas=_with_missed(Counter(row.area for row in rows), Counter(row.area for row in missed)),
        plans_signed=sum(row.plan_signed_on is not None for row in rows),
        trajectory_results=Counter(str(row.trajectory_result) for row in decided),
        decision_weeks=Counter(_band(reference.decision_week_bands, _weeks(row)) for row in decided),
        kbr_statuses=Counter(str(row.kbr_status) for row in applied),
    )


def _with_missed(totals: Counter[str], missed: Counter[str]) -> dict[str, ReferralCount]:
    return {key: ReferralCount(referrals=total, missed=missed[key]) for key, total in totals.items()}


def _weeks(row: RegisterRow) -> int | None:
    return (row.decision_on - row.intake_on).days // 7 if row.decision_on and row.intake_on else None


def _band(bands: Sequence[Band], number: int | None) -> str:
    return next((band.name for band in bands if number is not None and band.holds(number)), "unknown")
