"""What the partner says, read as the hub's facts, and what it is told: pure functions and total tables.

Source of the codes: ``openapi/partners/template.yaml``. A code that is not in a table is never guessed and never
becomes "unknown": the record goes to quarantine, the table gets a line, and the record is tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.adapters.common.parsing import checked_bsn, meaning
from app.adapters.template.schemas import Aanmelding, Klant
from app.domain.codes import ConsentScope, DisclosureOccasion, IncomeSituation, System, WithdrawalReason
from app.domain.commands import Command, RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerRefused
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.domain.values import ClientDetails, Consent, ReferralContents

SYSTEM: Final = System.GIDSO
"""Yours gets a member of its own in ``System``; the template borrows one that its tests do not use otherwise."""

MAPPING_VERSION: Final = "1"
"""Goes up with each change below; the account of every run names it."""


@dataclass(frozen=True)
class Tables:
    """What each code of the partner means.

    Attributes:
        states: *stand*: whether the referral stands.
        reasons: *redenIntrekking*.
        incomes: *inkomen*.
    """

    states: Mapping[str, bool]
    reasons: Mapping[str, WithdrawalReason]
    incomes: Mapping[str, IncomeSituation]


TABLES: Final = Tables(
    states={"open": True, "ingetrokken": False},
    reasons={
        "klantZietAf": WithdrawalReason.CLIENT_CHANGED_MIND,
        "eldersGeholpen": WithdrawalReason.HELPED_ELSEWHERE,
        "anders": WithdrawalReason.OTHER,
    },
    incomes={
        "loon": IncomeSituation.HAS_INCOME,
        "uitkering": IncomeSituation.HAS_INCOME,
        "aangevraagd": IncomeSituation.UNDER_WAY,
        "geen": IncomeSituation.NONE,
        "onbekend": IncomeSituation.UNKNOWN,
    },
)

MOMENTS: Final[Mapping[DisclosureOccasion, str]] = {
    DisclosureOccasion.RECEIVED: "ONTVANGEN",
    DisclosureOccasion.CONFIRMED: "BEVESTIGD",
    DisclosureOccasion.INTAKE_PLANNED: "INTAKE_GEPLAND",
    DisclosureOccasion.INTAKE_ATTENDED: "VERSCHENEN",
    DisclosureOccasion.MISSED: "NIET_VERSCHENEN",
    DisclosureOccasion.INTAKE_RESULT: "RESULTAAT_INTAKE",
    DisclosureOccasion.PLAN_SIGNED: "PLAN_ONDERTEKEND",
    DisclosureOccasion.OTHER_HELP: "ANDERE_HULP",
    DisclosureOccasion.FIRST_RESULT: "EERSTE_RESULTAAT",
    DisclosureOccasion.CHANGE: "WIJZIGING",
    DisclosureOccasion.CLOSED: "AFGESLOTEN",
}
"""The partner's code of every feedback moment."""

PLACES: Final[Mapping[Field, str]] = {
    Field.APPOINTMENT_STARTS_AT: "afspraakOp",
    Field.COUNSELLOR_NAME: "trajectbegeleider",
}
"""Where a message (*bericht*) has room for a field; the privacy gate decided before whether it may be told."""


def to_commands(message: Aanmelding, tables: Tables = TABLES) -> tuple[Command, ...]:
    """Read a referral as the one thing it says: that it stands so, or that it was withdrawn.

    Raises:
        UnknownCode: a code is not in the tables.
        PartnerUnreadable: the BSN is none.
    """
    if meaning(tables.states, message.stand, "stand"):
        return (_referral(message, tables),)
    return (WithdrawReferral(meaning(tables.reasons, message.reden_intrekking or "", "redenIntrekking")),)


def to_message(message: PartnerMessage) -> dict[str, object]:
    """Write what happened as the message (*bericht*) that the partner stores.

    Raises:
        PartnerRefused: the event has no feedback moment, so the partner has no place for it.
    """
    if message.moment is None:
        raise PartnerRefused("the partner takes events with a feedback moment only; do not send this event there")
    told = {place: message.fields[field] for field, place in PLACES.items() if message.fields.get(field) is not None}
    return {
        # The delivery's own id, the same at each try: by it the sink looks up what an earlier try left.
        "kenmerk": str(message.id),
        "moment": MOMENTS[message.moment],
        "gebeurdOp": message.occurred_at.isoformat(),
        **told,
    }


def _referral(message: Aanmelding, tables: Tables) -> RegisterReferral:
    scopes = frozenset({ConsentScope.FEEDBACK_TO_REFERRER}) if message.terugkoppeling else frozenset()
    return RegisterReferral(
        organisation_code=message.team,
        client=_client(message.klant),
        contents=ReferralContents(
            area=message.gebied,
            income_situation=meaning(tables.incomes, message.inkomen, "inkomen"),
            consent=Consent(scopes),
        ),
        reference=message.nummer,
        received_at=message.aangemeld_op,
    )


def _client(klant: Klant) -> ClientDetails:
    bsn = checked_bsn(klant.bsn, "klant.bsn")
    return ClientDetails(
        given_name=klant.voornaam, family_name=klant.achternaam, birth_date=klant.geboortedatum, bsn=bsn
    )
