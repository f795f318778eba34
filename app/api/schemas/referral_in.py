"""What a referrer says about a client (*aanmelding*), and the commands that it becomes."""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field as Described
from pydantic import StrictBool, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, to_jsonable_python

from app.api.forms import CODE, PHONE
from app.api.schemas.fields import (
    BirthDay,
    Bsn,
    CodeText,
    Day,
    Email,
    In,
    LanguageTag,
    Line,
    LongLine,
    Name,
    Paragraphs,
    Phone,
    ReferenceText,
    ShortLine,
    Timestamp,
)
from app.domain.codes import (
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    HelpOrganisationKind,
    IncomeSituation,
    LifeDomain,
    Threat,
)
from app.domain.commands import AmendReferral, RegisterReferral
from app.domain.input_rules import InputRule
from app.domain.values import ClientDetails, Consent, HelpOrganisation, ReferralContents, Worker

Flag = Annotated[StrictBool, Described(examples=[False])]


class ClientIn(In):
    """The client (*klant*)."""

    given_name: Name | None = Described(None, description="Given name (*voornaam*).", examples=["Jan"])
    family_name: Name | None = Described(
        None,
        validate_default=True,
        description="Family name (*achternaam*). Who has one name only has one of the two.",
        examples=["Jansen"],
    )
    birth_date: BirthDay = Described(
        description="Date of birth (*geboortedatum*). A day, or a month and a day, that is not known is `00`, as in "
        "the Dutch registers: `1965-03-00`, `1965-00-00`. The year is always known.",
        examples=["1988-04-12"],
    )
    bsn: Bsn | None = Described(
        None,
        description="Citizen service number (*burgerservicenummer*), nine digits that pass the eleven-test. Only "
        "from organisations that work in GIDSO or RMW (Wabb, article 10).",
        examples=["999990019"],
    )
    sex: ShortLine | None = Described(None, description="Sex (*geslacht*), as registered.", examples=["v"])
    address: LongLine | None = Described(
        None, description="Address (*adres*) in one line.", examples=["Coolsingel 40, 3011 AD Rotterdam"]
    )
    phone: Phone | None = Described(
        None, description=f"Telephone (*telefoon*): {PHONE.words}.", examples=["+31 10 123 45 67"]
    )
    email: Email | None = Described(None, description="E-mail address.", examples=["jan@example.nl"])
    preferred_channel: ContactChannel | None = Described(
        None, description="How the client prefers to be reached (*voorkeurskanaal*).", examples=["phone"]
    )
    interpreter_language: LanguageTag | None = Described(
        None, description="Language of the interpreter (*tolk*) as a BCP 47 tag.", examples=["ar"]
    )
    contact_cautions: tuple[ContactCaution, ...] = Described(
        (),
        max_length=10,
        description="What to mind at first contact (*aandachtspunten*).",
        examples=[["do_not_mention_credit_bank"]],
    )

    @field_validator("family_name")
    @classmethod
    def _has_a_name(cls, family_name: str | None, info: ValidationInfo) -> str | None:
        # A given name of the wrong form is absent here, and has a fault of its own.
        if family_name is None and info.data.get("given_name", "") is None:
            raise PydanticCustomError(InputRule.ONE_NAME, "Give a given name or a family name")
        return family_name


class WorkerIn(In):
    """The referrer's worker (*contactpersoon van de verwijzer*)."""

    name: Name | None = Described(None, description="Name (*naam*).", examples=["A. de Vries"])
    phone: Phone | None = Described(
        None, description=f"Telephone (*telefoon*): {PHONE.words}.", examples=["+31 10 765 43 21"]
    )
    email: Email | None = Described(None, description="E-mail address.", examples=["a.devries@example.nl"])


class AssessmentIn(In):
    """The broad assessment (*brede uitvraag*): who did it, where it is and where help is needed; never its contents."""

    done_by: Line | None = Described(None, description="By whom it was done.", examples=["Wijkteam Charlois"])
    reference: ReferenceText | None = Described(
        None,
        description="Where it can be read, by who may (*kenmerk*). Only the counsellor is sent it.",
        examples=["BU-2026-0077"],
    )
    life_domains: tuple[LifeDomain, ...] = Described(
        (),
        max_length=20,
        description="Domains of life in which help is needed (*leefgebieden*). Only the counsellor is sent them.",
        examples=[["finances", "housing"]],
    )


class HelpOrganisationIn(In):
    """An organisation that helps the client now (*betrokken organisatie*)."""

    kind: HelpOrganisationKind = Described(
        description="Kind of organisation (code list `help-organisation-kinds`).", examples=["volunteers"]
    )
    name: Line | None = Described(None, description="Its name (*naam*), if known.", examples=["Humanitas"])


class ConsentIn(In):
    """What the client agreed to (*toestemming*)."""

    scopes: frozenset[ConsentScope] = Described(
        frozenset(),
        description="What was agreed: that the client is referred (`referral`), that the referrer hears how it goes "
        "(`feedback_to_referrer`), or both. Bailiffs and the court refer with the first only.",
        examples=[["referral", "feedback_to_referrer"]],
        # Of a set of codes there cannot be more.
        json_schema_extra={"maxItems": len(ConsentScope)},
    )
    given_on: Day | None = Described(
        None, description="When it was agreed; without it the consent permits nothing.", examples=["2026-11-20"]
    )
    form: ConsentForm | None = Described(
        None, description="How the client agreed (code list `consent-forms`).", examples=["written"]
    )
    evidence: LongLine | None = Described(
        None, description="Where it can be found that the client agreed.", examples=["Getekend formulier in dossier"]
    )


class ReferralContentsIn(In):
    """What the referrer says and may change later; the referrer owns all of it."""

    client: ClientIn = Described(description="The client (*klant*).")
    area: ShortLine = Described(
        description="Area of the city (*gebied*) in which the client lives.", examples=["Noord"]
    )
    worker: WorkerIn = Described(WorkerIn(), description="The referrer's worker (*contactpersoon*).")
    reason: Paragraphs | None = Described(
        None,
        description="Reason of the referral (*aanleiding*), for the counsellor; nobody else is sent it.",
        examples=["Huurachterstand van drie maanden."],
    )
    motivation: Paragraphs | None = Described(
        None,
        description="Motivation of the client (*motivatie*), for the counsellor; nobody else is sent it.",
        examples=["Wil rust en overzicht."],
    )
    tried: Paragraphs | None = Described(
        None,
        description="What was tried before (*eerder geprobeerd*), such as a light plan, for the counsellor; "
        "nobody else is sent it.",
        examples=["Trajectplan light, zonder resultaat."],
    )
    income_situation: IncomeSituation = Described(
        IncomeSituation.UNKNOWN, description="Income (*inkomenssituatie*).", examples=["has_income"]
    )
    debt_severity: DebtSeverity = Described(
        DebtSeverity.UNKNOWN, description="Light or heavy debts, as estimated (*zwaarte*).", examples=["heavy"]
    )
    threats: tuple[Threat, ...] = Described(
        (), max_length=10, description="Threatening situations (*dreiging*).", examples=[["seizure"]]
    )
    three_way_meeting: Flag = Described(False, description="Whether a three-way meeting (*driegesprek*) is wished.")
    meeting_place: LongLine | None = Described(
        None, description="Where to meet (*plaats*).", examples=["Huis van de Wijk, Noord"]
    )
    assessment: AssessmentIn = Described(AssessmentIn(), description="The broad assessment (*brede uitvraag*).")
    other_organisations: tuple[HelpOrganisationIn, ...] = Described(
        (),
        max_length=20,
        description="Who helps the client now (*betrokken organisaties*). Only the counsellor is sent it.",
        examples=[[{"kind": "volunteers", "name": "Humanitas"}]],
    )
    case_lead: Line | None = Described(
        None, description="Who directs the case (*casusregisseur*).", examples=["Wijkteam Noord"]
    )
    protective_administration: Flag = Described(
        False, description="Whether there is protective administration (*bewindvoering*)."
    )
    running_wsnp: Flag = Described(False, description="Whether a statutory debt restructuring (*WSNP*) runs.")
    wmo_indication: Flag = Described(False, description="Whether a Wmo arrangement (*Wmo-indicatie*) is known.")
    lives_in_municipality: Flag = Described(True, description="Whether the client lives in the municipality.")
    consent: ConsentIn = Described(ConsentIn(), description="The client's consent (*toestemming*).")

    def contents(self) -> ReferralContents:
        """Return what is said about the case."""
        worker, consent = self.worker, self.consent
        return ReferralContents(
            area=self.area,
            worker=Worker(worker.name, worker.phone, worker.email),
            reason=self.reason,
            motivation=self.motivation,
            tried=self.tried,
            income_situation=self.income_situation,
            debt_severity=self.debt_severity,
            threats=self.threats,
            three_way_meeting=self.three_way_meeting,
            meeting_place=self.meeting_place,
            assessment_done_by=self.assessment.done_by,
            assessment_reference=self.assessment.reference,
            life_domains=self.assessment.life_domains,
            other_organisations=tuple(HelpOrganisation(each.kind, each.name) for each in self.other_organisations),
            case_lead=self.case_lead,
            protective_administration=self.protective_administration,
            running_wsnp=self.running_wsnp,
            wmo_indication=self.wmo_indication,
            lives_in_municipality=self.lives_in_municipality,
            consent=Consent(consent.scopes, consent.given_on, consent.evidence, form=consent.form),
        )

    def details(self) -> ClientDetails:
        """Return what is said about the client."""
        client = self.client
        return ClientDetails(
            given_name=client.given_name,
            family_name=client.family_name,
            birth_date=client.birth_date,
            bsn=client.bsn,
            sex=client.sex,
            address=client.address,
            phone=client.phone,
            email=client.email,
            preferred_channel=client.preferred_channel,
            interpreter_language=client.interpreter_language,
            contact_cautions=client.contact_cautions,
        )


_CONSENT = tuple(ConsentIn.model_fields)


def document_of(statement: AmendReferral) -> dict[str, object]:
    """Return what a referrer said as the document of :class:`ReferralContentsIn`, which a merge patch changes.

    Nothing is checked: a value that came in by a partner's system may be longer than this API takes.
    """
    contents, client = to_jsonable_python((statement.contents, statement.client))
    assessment = {name: contents.pop(column) for name, column in _ASSESSMENT.items()}
    # Who recorded the consent is not stated but noted by the hub.
    contents["consent"] = {name: contents["consent"][name] for name in _CONSENT}
    contents["consent"]["scopes"].sort()
    return _in_camel_case({**contents, "client": client, "assessment": assessment})


def _in_camel_case(document: Mapping[str, object]) -> dict[str, object]:
    """Return a document with the names of its fields, and of those of the objects in it, as in JSON."""
    return {
        to_camel(name): _in_camel_case(value) if isinstance(value, dict) else value for name, value in document.items()
    }


_ASSESSMENT = {"done_by": "assessment_done_by", "reference": "assessment_reference", "life_domains": "life_domains"}


class ReferralIn(ReferralContentsIn):
    """A client is put forward to the finance team (*aanmelding*)."""

    organisation_code: CodeText | None = Described(
        None,
        description="Code of the referring organisation (*verwijzer*). A referrer may leave it out; a registration "
        f"system states the code of the organisation for which it registers. Its form: {CODE.words}.",
        examples=["wijkteam-noord"],
    )
    reference: ReferenceText | None = Described(
        None, description="Your own reference (*kenmerk*), unique in your organisation.", examples=["2026-0042"]
    )
    received_at: Timestamp | None = Described(
        None,
        description="When the referral was made (*ontvangstmoment*); now, when left out.",
        examples=["2026-11-23T09:30:00+01:00"],
    )
    previous_id: UUID | None = Described(
        None,
        description="The earlier referral of this client, when this is a new one after it (*heraanmelding*).",
        examples=["019ab3f2-7c00-7000-8000-000000000001"],
    )

    def to_command(self, organisation_code: str | None, resolve: Callable[[UUID], UUID]) -> RegisterReferral:
        """Return the command; ``resolve`` returns the hub's id behind an id of the caller."""
        return RegisterReferral(
            organisation_code=organisation_code,
            client=self.details(),
            contents=self.contents(),
            reference=self.reference,
            received_at=self.received_at,
            previous_id=resolve(self.previous_id) if self.previous_id else None,
        )
