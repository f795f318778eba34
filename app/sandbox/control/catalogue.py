"""Every scenario by its name, with what it shows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final

from app.domain.codes import System
from app.sandbox.control import hub_scenarios as hub
from app.sandbox.control import referral_scenarios as referrals
from app.sandbox.control import trouble_scenarios as trouble
from app.sandbox.control.rehearsal import Rehearsal
from app.sandbox.receiver import Behaviour
from app.sandbox.roles import COURT, GIDSO_TEAM, REFERRER, RMW_TEAM

_PARTNERS = (System.ALLEGRO, System.GIDSO, System.RMW)


@dataclass(frozen=True)
class Scenario:
    """Something that can be rehearsed with one call.

    Attributes:
        summary: what it shows, in a sentence.
        play: does it.
        parameters: what the call may give, by name, with what it means.
    """

    summary: str
    play: Callable[[Rehearsal], Awaitable[None]]
    parameters: Mapping[str, str] = field(default_factory=dict)


def _routes() -> dict[str, Scenario]:
    roles = {"api": REFERRER, "court": COURT, "gidso": GIDSO_TEAM, "rmw": RMW_TEAM}
    return {
        f"full-route-{name}": Scenario(
            f"A referral from the first day to a result; who refers: {role.who}.",
            partial(referrals.full_route, role=role),
        )
        for name, role in roles.items()
    }


def _partners() -> dict[str, Scenario]:
    down = {
        f"partner-down-{system}": Scenario(
            f"{system.label} answers every call with 503, until `partner-up-{system}`.",
            partial(trouble.partner_down, system=system),
        )
        for system in _PARTNERS
    }
    up = {
        f"partner-up-{system}": Scenario(f"{system.label} answers again.", partial(trouble.partner_up, system=system))
        for system in _PARTNERS
    }
    return down | up


def _receivers() -> dict[str, Scenario]:
    summaries = {
        Behaviour.DOWN: "The demo's webhook receiver answers 503 to an event; the hub tries again later.",
        Behaviour.SLOW: "The demo's webhook receiver takes longer than the hub waits.",
        Behaviour.GONE: "The demo's webhook receiver answers 410, which disables its subscription.",
        Behaviour.UP: "The demo's webhook receiver accepts events again.",
    }
    return {
        f"receiver-{behaviour}": Scenario(summary, partial(trouble.receiver_behaves, behaviour=behaviour))
        for behaviour, summary in summaries.items()
    }


def _hub() -> dict[str, Scenario]:
    summaries = {
        "unavailable": (
            "The hub does not reach its database: it answers 503 `unavailable` wherever it needs that.",
            hub.unavailable,
        ),
        "busy": ("The hub has enough to do for each client: it answers 429 `too-many-requests`.", hub.busy),
        "failing": ("The hub has a fault: it answers 500 `internal-error`.", hub.failing),
    }
    troubles = {f"hub-{name}": Scenario(summary, play, hub.PARAMETERS) for name, (summary, play) in summaries.items()}
    return troubles | {"hub-up": Scenario("The hub answers as it should again.", hub.up)}


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        **_routes(),
        "missed-intake": Scenario("A client misses the intake; the referrer is notified.", referrals.missed_intake),
        "second-missed-intake": Scenario(
            "A client misses two; a neighbourhood team is notified of the second one only.",
            referrals.second_missed_intake,
        ),
        "contact-lost": Scenario(
            "Nobody can reach a client; the referrer restores contact after the referral was closed.",
            referrals.lost_contact,
        ),
        "attended": Scenario("A client came to the intake; the result is still to be registered.", referrals.attended),
        "three-way-meeting": Scenario(
            "An intake with the referrer's worker, who is asked to respond.", referrals.three_way_meeting
        ),
        "progress-due": Scenario(
            "The first talk was eight weeks ago; work and income is informed where the case is.", referrals.progress_due
        ),
        "support-stopped": Scenario(
            "A neighbourhood team stops its support; the counsellor is notified.", referrals.support_stopped
        ),
        "backdated-consent": Scenario(
            "A consent that was given long ago works from when it is stated.", referrals.backdated_consent
        ),
        "consent-withdrawn": Scenario(
            "A client takes back the consent under which a bailiff was notified.", referrals.consent_withdrawn
        ),
        "conflict": Scenario("One field is changed in GIDSO and over the API; the operator decides.", trouble.conflict),
        "quarantined-record": Scenario(
            "Allegro reports a code that the hub does not know; the record waits.", trouble.quarantined_record
        ),
        "duplicate-report": Scenario("Allegro reports facts twice; nothing happens twice.", trouble.duplicate_report),
        "late-report": Scenario("Allegro shows a fact after later ones.", trouble.late_report),
        **_partners(),
        **_receivers(),
        **_hub(),
        "pending-subscription": Scenario(
            "A subscription that waits for the consent of its address, as outside the sandbox.",
            trouble.pending_subscription,
            MappingProxyType({"url": "the address of your receiver; without it that of the demo's"}),
        ),
        "secret-rotated": Scenario(
            "The secret of a subscription is renewed; a test event has both signatures.",
            trouble.secret_rotated,
            MappingProxyType({"subscription": "the id of your subscription; without it the demo's"}),
        ),
        "tokens-refused": Scenario(
            "The hub's signing key leaked and is replaced: every access token is refused.", trouble.tokens_refused
        ),
    }
)
"""In the order in which they are listed."""
