"""The clients with which testers try the hub: one for each role, with a shared secret and with a key."""

from dataclasses import dataclass
from typing import Final

REFERRER_SCOPES: Final = (
    "referrals:read",
    "referrals:write",
    "trajectories:read",
    "subscriptions:manage",
    "events:read",
)


@dataclass(frozen=True, kw_only=True)
class Role:
    """Somebody who calls the hub.

    Attributes:
        name: of the role in files and variables: ``referrer``.
        who: a description for people.
        organisation: the code of the organisation, which is the id of its client too.
    """

    name: str
    who: str
    organisation: str
    scopes: tuple[str, ...]

    @property
    def client_id(self) -> str:
        """The id of its client."""
        return self.organisation


REFERRER: Final = Role(name="referrer", who="referrer over the API (DOCK)", organisation="dock", scopes=REFERRER_SCOPES)
COURT: Final = Role(
    name="court",
    who="debt officer of the court",
    organisation="rechtbank-rotterdam-schuldenfunctionaris",
    scopes=REFERRER_SCOPES,
)
BAILIFF: Final = Role(
    name="bailiff",
    who="bailiff, who is notified of more under the client's consent",
    organisation="deurwaarder-zuid",
    scopes=REFERRER_SCOPES,
)
GIDSO_TEAM: Final = Role(
    name="gidso", who="neighbourhood team, works in GIDSO", organisation="wijkteam-charlois", scopes=REFERRER_SCOPES
)
RMW_TEAM: Final = Role(
    name="rmw", who="work and income, works in RMW", organisation="werk-inkomen-prematching", scopes=REFERRER_SCOPES
)
FINANCE_TEAM: Final = Role(
    name="finance",
    who="finance team, works in Allegro",
    organisation="expertiseteam-financien",
    scopes=(
        "referrals:read",
        "referrals:process",
        "trajectories:read",
        "trajectories:write",
        "subscriptions:manage",
        "events:read",
    ),
)
OPERATOR: Final = Role(
    name="operator",
    who="operator of the hub",
    organisation="beheer",
    scopes=(
        "api-clients:manage",
        "api-clients:read",
        "organisations:manage",
        "organisations:read",
        "partners:manage",
        "partners:read",
        "records:read",
        "subscriptions:manage",
    ),
)

ROLES: Final = (REFERRER, COURT, BAILIFF, GIDSO_TEAM, RMW_TEAM, FINANCE_TEAM, OPERATOR)
