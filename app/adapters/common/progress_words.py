"""Where a case is and what comes next, in the words of a worker who does not know the hub's codes."""

from collections.abc import Mapping
from typing import Final

from app.domain.codes import Code, NextStep, ProgressState

PROGRESS_WORDS: Final[Mapping[Code, str]] = {
    ProgressState.INTAKE: "De intake loopt nog",
    ProgressState.PLANNING: "Het plan wordt opgesteld",
    ProgressState.RUNNING: "Het traject loopt",
    ProgressState.PAUSED: "Het traject is gepauzeerd",
    ProgressState.CONTACT_LOST: "Het contact met de klant is verloren",
    ProgressState.DECIDED: "Het besluit over de dienstverlening is genomen",
}
"""A sentence for each state."""

NEXT_STEP_WORDS: Final[Mapping[Code, str]] = {
    NextStep.INTAKE_RESULT: "de intake afronden",
    NextStep.PLAN: "het plan ondertekenen",
    NextStep.DECISION: "besluiten welke dienstverlening de klant krijgt",
    NextStep.RESUMPTION: "het traject hervatten",
    NextStep.CONTACT: "het contact herstellen",
    NextStep.SERVICE: "de dienstverlening uitvoeren",
}
"""What the counsellor does next, for each step."""
