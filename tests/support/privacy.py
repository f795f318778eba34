"""A case in which every field is known, and the receivers to which it may be disclosed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.codes import DisclosureOccasion
from app.domain.fields import Field
from app.privacy.gate import PrivacyGate, Receiver, Released
from app.privacy.policy import Policy, load_policy
from app.privacy.pseudonyms import Pseudonyms
from tests.support import full_case

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
POLICY = load_policy()
PSEUDONYMS = Pseudonyms(bytes(range(32)))
CONSENT = full_case.CONSENT.scopes

GIDSO_AND_RMW = frozenset(
    {
        "vraagwijzer",
        "wijkteam",
        "jongerenloket",
        "werk_en_inkomen",
        "exit",
        "statushouders",
        "detentie_reintegratie",
        "prestatie010",
    }
)

FACTS: dict[Field, object] = {**full_case.VALUES}
"""Every field known; the client agreed to feedback to the referrer."""


@dataclass(frozen=True)
class FixedClock:
    """A clock that always shows the same moment."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


def gate_of(policy: Policy = POLICY, now: datetime = NOW) -> PrivacyGate:
    """Return a gate at a fixed moment."""
    return PrivacyGate(policy, PSEUDONYMS, FixedClock(now))


def receiver_of(kind: str, key: str = "organisation-1") -> Receiver:
    """Return a receiver of this kind, inside or outside the three systems as that kind is in Rotterdam."""
    inside = kind in GIDSO_AND_RMW or kind in {"finance_team", "credit_bank"}
    return Receiver(key, kind, inside)


GATE = gate_of()
"""The gate with the rules of Rotterdam."""


def release_for(
    kind: str, occasion: DisclosureOccasion, facts: Mapping[Field, object] = FACTS, gate: PrivacyGate = GATE
) -> Released:
    """Return what is released to a receiver of this kind on this occasion."""
    return gate.release(receiver_of(kind), occasion, facts)


def withheld_fields(released: Released) -> list[Field]:
    """Return the fields that were offered and do not leave."""
    return [decision.field for decision in released.decisions if decision.effect is None]
