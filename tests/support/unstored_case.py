"""A case in memory, and commands carried out on it without a store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

from app.domain.case import Case, CaseRules
from app.domain.codes import (
    OrganisationRole,
    ReferralStatus,
    ReferrerKind,
    System,
)
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    Command,
    EnterInError,
    GiveSignal,
    RegisterReferral,
    RespondToAppointment,
    WithdrawReferral,
)
from app.domain.identifiers import MonotonicIds
from app.domain.lazy import Lazy
from app.domain.values import ClientDetails, Consent, Counsellor, Organisation, Referral, ReferralContents
from app.operations.cases.execute import HANDLERS
from app.operations.cases.terms import note_terms
from app.reference import load_reference

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
DOCK = Organisation(
    id=UUID(int=1),
    code="dock",
    name="DOCK",
    role=OrganisationRole.REFERRER,
    kind=ReferrerKind.WIJKTEAM,
    system=System.API,
)
CONTENTS = ReferralContents(area="Charlois")
CLIENT = ClientDetails(given_name="Yara", family_name="Voorbeeld", birth_date=date(1990, 5, 17))
COUNSELLOR = Counsellor("T. Begeleider", "010-5550100")
BY_REFERRER = ActionContext(role=OrganisationRole.REFERRER, system=System.API, occurred_at=NOW)
BY_TEAM = ActionContext(role=OrganisationRole.FINANCE_TEAM, system=System.ALLEGRO, occurred_at=NOW)
FROM_ALLEGRO = replace(BY_TEAM, catch_up=True)

REGISTER = RegisterReferral(organisation_code="dock", client=CLIENT, contents=CONTENTS)
_OF_REFERRER = (RegisterReferral, AmendReferral, WithdrawReferral, GiveSignal, EnterInError, RespondToAppointment)


def new_case() -> Case:
    """Return the case of a referral that is about to be registered."""
    return Case(
        referral=Referral(
            id=UUID(int=2),
            client_id=UUID(int=3),
            organisation=DOCK,
            area="Charlois",
            consent=Consent(),
            status=ReferralStatus.RECEIVED,
            disclosed_status=ReferralStatus.RECEIVED,
            received_at=NOW,
            age=35,
        ),
        sealed_contents=Lazy.of(CONTENTS),
        sealed_client=Lazy.of(CLIENT),
        change_rules=CaseRules(
            now=NOW,
            new_id=MonotonicIds(Random(1).getrandbits),
            terms=load_reference("rotterdam").terms,
            advice_for=lambda kind: (),
            finance_team="Expertiseteam Financiën",
        ),
    )


def handle(case: Case, command: Command, context: ActionContext | None = None, *, occurred_at: datetime = NOW) -> None:
    """Carry a command out, by the right party at a moment unless a context says otherwise."""
    by = BY_REFERRER if isinstance(command, _OF_REFERRER) else BY_TEAM
    entries = len(case.new_history)
    HANDLERS[type(command)](case, command, context or replace(by, occurred_at=occurred_at))
    note_terms(case, case.new_history[entries:])
