"""The partner's referrals as commands, and messages in the partner's form: pure functions and complete tables.

Source of the codes: ``openapi/partners/template.yaml``. A code that is not in a table is never guessed and never
becomes "unknown": the record goes to quarantine, the table gets a line, and the record is read again.
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
"""The partner. A new partner has a member of its own in ``System``; the template borrows one for its tests."""

MAPPING_VERSION: Final = "1"
"""Raise it with each change below; it is recorded with every run."""


@dataclass(frozen=True)
class Tables:
    """The meaning of each code of the partner.

    Attributes:
        states: *stand*; True: the referral is open, False: it is withdrawn.
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
    DisclosureOccasion.APPOINTMENT_PROPOSED: "AFSPRAAK_VOORGESTELD",
    DisclosureOccasion.MEETING_PLANNED: "VERVOLGAFSPRAAK_GEPLAND",
    DisclosureOccasion.APPOINTMENT_DUE: "AFSPRAAK_MORGEN",
    DisclosureOccasion.INFORMATION_REQUESTED: "GEGEVENS_GEVRAAGD",
    DisclosureOccasion.INTAKE_ATTENDED: "VERSCHENEN",
    DisclosureOccasion.MISSED: "NIET_VERSCHENEN",
    DisclosureOccasion.CONTACT_LOST: "CONTACT_VERLOREN",
    DisclosureOccasion.INTAKE_RESULT: "RESULTAAT_INTAKE",
    DisclosureOccasion.PLAN_SIGNED: "PLAN_ONDERTEKEND",
    DisclosureOccasion.OTHER_HELP: "ANDERE_HULP",
    DisclosureOccasion.PROGRESS: "VOORTGANG",
    DisclosureOccasion.COUNSELLOR_CHANGED: "ANDERE_TRAJECTBEGELEIDER",
    DisclosureOccasion.FIRST_RESULT: "EERSTE_RESULTAAT",
    DisclosureOccasion.CHANGE: "WIJZIGING",
    DisclosureOccasion.CLOSED: "AFGESLOTEN",
}
"""The partner's code of every feedback moment."""

PLACES: Final[Mapping[Field, str]] = {
    Field.APPOINTMENT_STARTS_AT: "afspraakOp",
    Field.COUNSELLOR_NAME: "trajectbegeleider",
}
"""The place of a field in a message (*bericht*); the privacy gate has decided before whether it is released."""


def to_commands(message: Aanmelding, tables: Tables = TABLES) -> tuple[Command, ...]:
    """Return the command of a referral: it is registered as it is now, or it is withdrawn.

    Raises:
        UnknownCode: a code is not in the tables.
        PartnerUnreadable: the BSN fails the eleven-test.
    """
    if meaning(tables.states, message.stand, "stand"):
        return (_referral(message, tables),)
    return (WithdrawReferral(meaning(tables.reasons, message.reden_intrekking or "", "redenIntrekking")),)


def to_message(message: PartnerMessage) -> dict[str, object]:
    """Return a message in the form that the partner stores (*bericht*).

    Raises:
        PartnerRefused: the event has no feedback moment, so the partner has no place for it.
    """
    if message.moment is None:
        raise PartnerRefused("the partner takes events with a feedback moment only; do not send this event there")
    fields = {place: message.fields[field] for field, place in PLACES.items() if message.fields.get(field) is not None}
    return {
        # The id of the delivery is the same at each attempt: by it the sink looks up an earlier attempt.
        "kenmerk": str(message.id),
        "moment": MOMENTS[message.moment],
        "gebeurdOp": message.occurred_at.isoformat(),
        **fields,
    }


def _referral(message: Aanmelding, tables: Tables) -> RegisterReferral:
    scopes = frozenset({ConsentScope.FEEDBACK_TO_REFERRER}) if message.terugkoppeling else frozenset()
    return RegisterReferral(
        organisation_code=message.team,
        client=_client(message.klant),
        contents=ReferralContents(
            area=message.gebied,
            income_situation=meaning(tables.incomes, message.inkomen, "inkomen"),
            # The message has no day of the consent, and without one it permits nothing.
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
