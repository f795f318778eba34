"""RMW's code lists in the forms, by the hub's codes.

The simulator does not share these lists with the adapter on purpose; a test compares both with the contract.
"""

from typing import Final

from app.domain.codes import ContactCaution, HelpOrganisationKind, LifeDomain
from app.sandbox.referral_form import SystemCodes

CODES: Final = SystemCodes(
    cautions={
        ContactCaution.DO_NOT_MENTION_CREDIT_BANK: "KN",
        ContactCaution.DO_NOT_CALL: "NB",
        ContactCaution.DO_NOT_WRITE: "GP",
        ContactCaution.NEVER_ALONE: "NA",
    },
    life_domains={
        LifeDomain.FINANCES: "FI",
        LifeDomain.HOUSING: "HU",
        LifeDomain.WORK: "WO",
        LifeDomain.HEALTH: "LG",
        LifeDomain.MENTAL_HEALTH: "GG",
        LifeDomain.FAMILY: "GR",
        LifeDomain.SOCIAL_NETWORK: "SN",
        LifeDomain.JUSTICE: "PJ",
    },
    organisations={
        HelpOrganisationKind.NEIGHBOURHOOD_TEAM: "WT",
        HelpOrganisationKind.SOCIAL_WORK: "MW",
        HelpOrganisationKind.LEGAL_ADVICE: "SR",
        HelpOrganisationKind.WELFARE: "WE",
        HelpOrganisationKind.VOLUNTEERS: "VR",
        HelpOrganisationKind.PROTECTIVE_ADMINISTRATION: "BV",
        HelpOrganisationKind.WORK_AND_INCOME: "WI",
        HelpOrganisationKind.HOUSING_ASSOCIATION: "WO",
        HelpOrganisationKind.SHELTER: "OP",
        HelpOrganisationKind.YOUTH_SERVICES: "JH",
        HelpOrganisationKind.REFUGEE_SUPPORT: "VW",
        HelpOrganisationKind.PROBATION: "RE",
        HelpOrganisationKind.CARE: "ZO",
        HelpOrganisationKind.OTHER: "AN",
        HelpOrganisationKind.UNKNOWN: "ON",
    },
)
"""What is asked for the counsellor, in the codes of the contract."""
