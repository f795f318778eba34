"""The client's consent: who recorded it, and what a change of it is."""

from app.domain.codes import OrganisationRole
from app.domain.commands import ActionContext
from app.domain.values import Consent, Organisation


def recorder_of(referrer: Organisation, context: ActionContext) -> str:
    """Return who states what a referrer says: the organisation itself, or the system in which it registers."""
    is_referrer = context.role is OrganisationRole.REFERRER and not context.catch_up
    return referrer.name if is_referrer else context.system.label


def change_of(before: Consent, after: Consent) -> str | None:
    """Return what a change does to the consent, which the history names; None when it leaves it as it is."""
    if before == after:
        return None
    if before.scopes == after.scopes:
        return "consent_corrected"
    return "consent_withdrawn" if after.scopes < before.scopes else "consent_given"
