"""The disclosures of a referral (*verstrekkingen*)."""

from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.queries import Position
from app.models.access.organisation import to_organisation
from app.models.cases.referral import load_referral_rows
from app.models.delivery.disclosure import Disclosure, disclosures_about
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.not_found import referral_not_found
from app.operations.services import Services

__all__ = ["Disclosure", "DisclosurePage", "page_of_disclosures"]


@dataclass(frozen=True)
class DisclosurePage:
    """Which page is asked for.

    Attributes:
        after: the position after which to read; None is from the first.
        limit: the most disclosures.
    """

    after: Position | None
    limit: int


def page_of_disclosures(
    tx: Connection, services: Services, scope: CallerScope, referral_id: UUID, asked: DisclosurePage
) -> tuple[list[Disclosure], Position | None]:
    """Return a page of the disclosures of a referral, oldest first, and where the next one begins.

    A referrer reads those to its own organisation.

    Raises:
        ReferralNotFound: the caller sees no such referral.
    """
    rows = load_referral_rows(tx, [referral_id], scope.visibility)
    if not rows:
        raise referral_not_found(tx, referral_id, scope.visibility)
    reader = None if scope.knows_all_statuses else to_organisation(rows[0]).id
    found = disclosures_about(tx, referral_id, organisation_id=reader, after=asked.after, limit=asked.limit + 1)
    page = found[: asked.limit]
    return page, Position(page[-1].disclosed_at, page[-1].id) if len(found) > asked.limit else None
