"""What the forms of the referrers' systems ask for the counsellor: the same questions, each answered in own codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.codes import ContactCaution, HelpOrganisationKind, LifeDomain
from app.sandbox.pages import Field, FormFault

_Codes = Mapping[ContactCaution, str] | Mapping[HelpOrganisationKind, str]


@dataclass(frozen=True, kw_only=True)
class SystemCodes:
    """A system's own code for each of the hub's."""

    cautions: Mapping[ContactCaution, str]
    life_domains: Mapping[LifeDomain, str]
    organisations: Mapping[HelpOrganisationKind, str]


@dataclass(frozen=True, kw_only=True)
class ForCounsellor:
    """What was filled in for the counsellor, in the system's own codes; None where it was left empty."""

    reason: str | None
    motivation: str | None
    tried: str | None
    language: str | None
    cautions: list[str]
    assessment_by: str | None
    assessment_reference: str | None
    life_domains: list[str]
    organisation_kind: str | None
    organisation_name: str | None

    @classmethod
    def of(cls, values: Mapping[str, str], codes: SystemCodes) -> "ForCounsellor":
        """Return what was filled in.

        Raises:
            FormFault: a code is not in the list, or an organisation has no kind.
        """
        kind, name = _chosen(values, "organisatiesoort", codes.organisations), values.get("organisatienaam")
        if name and not kind:
            raise FormFault("Kies de soort van de organisatie die nu helpt.")
        caution = _chosen(values, "aandachtspunt", codes.cautions)
        return cls(
            reason=values.get("aanleiding"),
            motivation=values.get("motivatie"),
            tried=values.get("eerdergeprobeerd"),
            language=values.get("tolktaal"),
            cautions=[caution] if caution else [],
            assessment_by=values.get("uitvraagdoor"),
            assessment_reference=values.get("uitvraagkenmerk"),
            life_domains=[code for code in codes.life_domains.values() if f"leefgebied-{code}" in values],
            organisation_kind=kind,
            organisation_name=name,
        )


def texts_for_counsellor(reason: str = "", motivation: str = "", tried: str = "") -> tuple[Field, ...]:
    """Return the fields of the texts for the counsellor, with what was written before."""
    return (
        Field(name="aanleiding", label="Aanleiding", value=reason, required=False),
        Field(name="motivatie", label="Motivatie", value=motivation, required=False),
        Field(name="eerdergeprobeerd", label="Eerder geprobeerd", value=tried, required=False),
    )


def fields_for_counsellor(codes: SystemCodes) -> tuple[Field, ...]:
    """Return the fields of everything that is asked for the counsellor."""
    domains = (
        Field(name=f"leefgebied-{code}", label=f"Hulp nodig: {domain.label}", kind="checkbox", required=False)
        for domain, code in codes.life_domains.items()
    )
    return (
        *texts_for_counsellor(),
        Field(name="tolktaal", label="Taal van de tolk", required=False),
        _choice("aandachtspunt", "Let op bij het eerste contact", codes.cautions),
        _choice("organisatiesoort", "Soort organisatie die nu helpt", codes.organisations),
        Field(name="organisatienaam", label="Naam van die organisatie", required=False),
        Field(name="uitvraagdoor", label="Brede uitvraag gedaan door", required=False),
        Field(name="uitvraagkenmerk", label="Kenmerk van de brede uitvraag", required=False),
        *domains,
    )


def _choice(name: str, label: str, codes: _Codes) -> Field:
    choices = (("", "Geen"), *((code, each.label) for each, code in codes.items()))
    return Field(name=name, label=label, kind="select", required=False, choices=choices)


def _chosen(values: Mapping[str, str], name: str, codes: _Codes) -> str | None:
    code = values.get(name)
    if code is not None and code not in codes.values():
        raise FormFault("Kies een waarde uit de lijst.")
    return code
