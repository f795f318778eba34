"""A client full of canaries: texts that must not appear where they were not released."""

from datetime import date
from uuid import UUID

from app.domain.codes import (
    ClosureReason,
    ConsentScope,
    DebtSeverity,
    HelpOrganisationKind,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    ReferrerKind,
    System,
    TrajectoryResult,
)
from app.domain.commands import (
    CloseTrajectory,
    ConcludeIntake,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
)
from app.domain.values import ClientDetails, Consent, HelpOrganisation, Organisation, ReferralContents, Worker
from app.events.contract.envelope import Origin
from app.operations.access.organisations import ReferrerDetails, read_organisation, save_referrer
from app.privacy.policy import REFERRER_KINDS
from tests.support.hub import ATTEND, CONFIRM, MISS, SCHEDULE, SIGN, TODAY, InProcessHub
from tests.support.privacy import GIDSO_AND_RMW

ORIGIN = Origin("0" * 20, "trajecthub", "https://hub.example.nl")

CANARIES = {
    "bsn": "999990019",
    "given name": "Kanarina",
    "family name": "Zwijgzaam-Vogel",
    "address": "Kanariestraat 77",
    "phone": "0687654321",
    "e-mail": "kanarina@vogel.example",
    "amount": "12.345,67",
    "worker": "Werkster Stilte",
    "tried": "Trajectplan-Kanarie",
    "organisation": "Stichting Kanarievogel",
    "reference": "BU-KANARIE-7",
}
CLIENT = ClientDetails(
    given_name=CANARIES["given name"],
    family_name=CANARIES["family name"],
    birth_date=date(1971, 7, 17),
    bsn=CANARIES["bsn"],
    address=CANARIES["address"],
    phone=CANARIES["phone"],
    email=CANARIES["e-mail"],
)
CONTENTS = ReferralContents(
    area="Charlois",
    worker=Worker(CANARIES["worker"]),
    reason=f"Schuld van {CANARIES['amount']} euro",
    debt_severity=DebtSeverity.HEAVY,
    tried=CANARIES["tried"],
    assessment_reference=CANARIES["reference"],
    life_domains=(LifeDomain.MENTAL_HEALTH,),
    other_organisations=(HelpOrganisation(HelpOrganisationKind.CARE, CANARIES["organisation"]),),
    wmo_indication=True,
    consent=Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), TODAY),
)
COURSE = (
    CONFIRM,
    SCHEDULE,
    MISS,
    SCHEDULE,
    MISS,
    SCHEDULE,
    ATTEND,
    ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY),
    SIGN,
    PauseTrajectory(),
    ResumeTrajectory(),
    RecordKbrStatus(KbrStatus.SUBMITTED, TODAY),
    RecordKbrStatus(KbrStatus.RECEIVED, TODAY),
    RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY),
    CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY),
)
SYSTEMS = {kind: System.GIDSO if kind in GIDSO_AND_RMW else System.API for kind in sorted(REFERRER_KINDS)}


def found_in(text: str) -> list[str]:
    return [name for name, canary in CANARIES.items() if canary.lower() in text.lower()]


async def referred(hub: InProcessHub, kind: str) -> tuple[Organisation, UUID]:
    """Register a referrer of this kind and a client full of canaries; returns both."""
    code = f"proof-{kind.replace('_', '-')}"
    details = ReferrerDetails(code=code, name=f"Proef {kind}", kind=ReferrerKind(kind), system=SYSTEMS[kind])
    await hub.db.write(save_referrer, hub.services, details)
    referral_id = await hub.refer(organisation_code=code, client=CLIENT, contents=CONTENTS)
    return await hub.db.read(read_organisation, code), referral_id
