"""What an organisation reads of what was disclosed with the client's consent only, on record as disclosures.

Whoever benefits from the consent states it; what was read under it must be there to be seen.
"""

from collections.abc import Sequence
from uuid import UUID

from app.database import Connection
from app.domain.codes import DisclosureOccasion
from app.domain.fields import Field
from app.domain.receivers import ReaderKey
from app.models.delivery.disclosure import Disclosure, insert_disclosures, not_recorded
from app.operations.cases.caller_scope import CallerScope
from app.operations.services import Services
from app.privacy.gate import Released
from app.privacy.json_values import digest_of

READING = "reading"
"""What is on record instead of the type of an event."""


def note_readings(tx: Connection, services: Services, scope: CallerScope, views: Sequence[Released]) -> None:
    """Record that the caller reads what these views show under the client's consent; the same again once.

    Args:
        tx: the transaction.
        services: clock and ids.
        scope: who reads.
        views: what it is shown; those without anything under consent disclose nothing new.
    """
    readings = [_reading(services, scope, view) for view in views if view.under_consent]
    insert_disclosures(tx, not_recorded(tx, readings))


def _reading(services: Services, scope: CallerScope, view: Released) -> Disclosure:
    shown = {name: value for name, value in view.fields.items() if name in view.under_consent}
    now, organisation = services.clock.now(), scope.organisation
    return Disclosure(
        id=services.new_id(now),
        delivery_id=organisation.id,
        organisation_id=organisation.id,
        referrer_kind=str(organisation.kind or organisation.role),
        referral_id=scope.resolve(services.pseudonyms, UUID(str(view.fields[Field.REFERRAL_ID]))),
        moment=DisclosureOccasion.READING,
        event_type=READING,
        receiver=ReaderKey(organisation.id),
        policy_version=view.policy_version,
        fields=tuple(name.value for name in shown),
        digest=digest_of(shown),
        disclosed_at=now,
    )
