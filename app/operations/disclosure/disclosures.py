"""The disclosures of a referral (*verstrekkingen*)."""

from uuid import UUID

from app.database import Connection
from app.domain.errors import ReferralNotFound
from app.models.access.organisation import to_organisation
from app.models.cases.referral import load_referral_rows
from app.models.delivery.disclosure import Disclosure, disclosures_about
from app.operations.cases.caller_scope import CallerScope
from app.operations.services import Services

__all__ = ["Disclosure", "read_disclosures"]


def read_disclosures(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[Disclosure]:
    """Return the disclosures of a referral, oldest first; a referrer reads those to its own organisation.

    Raises:
        ReferralNotFound: the caller sees no such referral.
    """
    rows = load_referral_rows(tx, [referral_id], scope.visibility)
    if not rows:
        raise ReferralNotFound()
    found = disclosures_about(tx, referral_id)
    if scope.knows_all_statuses:
        return found
    referrer = to_organisation(rows[0])
    return [each for each in found if each.organisation_id == referrer.id]
