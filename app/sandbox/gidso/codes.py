"""GIDSO's code lists in the forms, by the hub's codes.

The simulator does not share these lists with the adapter on purpose; a test compares both with the contract.
"""

from typing import Final

from app.domain.codes import ContactCaution, HelpOrganisationKind, LifeDomain
from app.sandbox.referral_form import SystemCodes

CODES: Final = SystemCodes(
    cautions={
        ContactCaution.DO_NOT_MENTION_CREDIT_BANK: "KredietbankNietNoemen",
        ContactCaution.DO_NOT_CALL: "NietBellen",
        ContactCaution.DO_NOT_WRITE: "GeenPost",
        ContactCaution.NEVER_ALONE: "NietAlleen",
    },
    life_domains={
        LifeDomain.FINANCES: "Financien",
        LifeDomain.HOUSING: "Huisvesting",
        LifeDomain.WORK: "WerkEnOpleiding",
        LifeDomain.HEALTH: "LichamelijkeGezondheid",
        LifeDomain.MENTAL_HEALTH: "GeestelijkeGezondheid",
        LifeDomain.FAMILY: "GezinEnRelaties",
        LifeDomain.SOCIAL_NETWORK: "SociaalNetwerk",
        LifeDomain.JUSTICE: "PolitieEnJustitie",
    },
    organisations={
        HelpOrganisationKind.NEIGHBOURHOOD_TEAM: "Wijkteam",
        HelpOrganisationKind.SOCIAL_WORK: "MaatschappelijkWerk",
        HelpOrganisationKind.LEGAL_ADVICE: "SociaalRaadslieden",
        HelpOrganisationKind.WELFARE: "Welzijn",
        HelpOrganisationKind.VOLUNTEERS: "Vrijwilligers",
        HelpOrganisationKind.PROTECTIVE_ADMINISTRATION: "Bewindvoerder",
        HelpOrganisationKind.WORK_AND_INCOME: "WerkEnInkomen",
        HelpOrganisationKind.HOUSING_ASSOCIATION: "Woningbouwvereniging",
        HelpOrganisationKind.SHELTER: "Opvang",
        HelpOrganisationKind.YOUTH_SERVICES: "Jeugdhulp",
        HelpOrganisationKind.REFUGEE_SUPPORT: "Vluchtelingenwerk",
        HelpOrganisationKind.PROBATION: "Reclassering",
        HelpOrganisationKind.CARE: "Zorginstelling",
        HelpOrganisationKind.OTHER: "Anders",
        HelpOrganisationKind.UNKNOWN: "Onbekend",
    },
)
"""What is asked for the counsellor, in the codes of the contract."""
