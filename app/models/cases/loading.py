"""Loading cases, in a fixed number of queries; nothing encrypted is opened before it is asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from app.domain.case import Case, CaseRules
from app.domain.codes import ReferralStatus
from app.domain.lazy import Lazy
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Consent, Organisation
from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation, to_organisation
from app.models.bulk import is_any_of
from app.models.cases.appointment import appointments_of
from app.models.cases.client import SEALED_COLUMNS, client, client_details, client_sealer, open_details
from app.models.cases.correspondence import information_requests_of
from app.models.cases.disclosed import open_record
from app.models.cases.onward import onward_referrals_of
from app.models.cases.referral import (
    WITH_ORGANISATION,
    open_contents,
    referral,
    rows_by_id,
    to_consent,
    to_referral,
)
from app.models.cases.trajectory import load_trajectories_of
from app.vault import Sealer, Vault

_WITH_CLIENT = (
    WITH_ORGANISATION.add_columns(*SEALED_COLUMNS)
    .join(client_details, client_details.c.referral_id == referral.c.id)
    .join(client, client.c.id == client_details.c.client_id)
)
# Both rows that a change can write are locked, so that what is read of them is the newest. In the order of their ids,
# so that no two transactions wait for each other.
_LOCKED = _WITH_CLIENT.order_by(referral.c.id).with_for_update(of=(referral, client_details))

_FOR_REFERRERS = (
    select(
        referral.c.id,
        referral.c.client_id,
        referral.c.consent_scopes,
        referral.c.consent_given_on,
        client.c.wrapped_key,
        *ORGANISATION_COLUMNS,
    )
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .join(client, client.c.id == referral.c.client_id)
    .where(is_any_of(referral.c.id, "ids"))
)

# A referral in this state never had an appointment, and only one whose first talk took place can have a
# trajectory. Judged by the locked row, because a query that waited for the lock may be older than what another
# transaction added.
_WITHOUT_APPOINTMENT = frozenset({ReferralStatus.RECEIVED})


@dataclass(frozen=True, kw_only=True)
class LoadedCase:
    """A case, as it was loaded, and the sealer with the key of its client."""

    case: Case
    sealer: Sealer


def load_cases(
    tx: Connection, vault: Vault, ids: Collection[UUID], visibility: Visibility = EVERYTHING
) -> dict[UUID, Case]:
    """Return the cases of these referrals, by id; those not visible are left out.

    Four queries at most, and one where none of the referrals got any further. Nothing encrypted is opened before it
    is asked for.
    """
    loaded = _load(tx, vault, rows_by_id(tx, _WITH_CLIENT, ids, visibility))
    return {each.case.id: each.case for each in loaded}


def lock_cases(
    tx: Connection, vault: Vault, ids: Collection[UUID], visibility: Visibility, rules: CaseRules
) -> list[LoadedCase]:
    """Return the cases of these referrals for changing, locked until the end of the transaction."""
    return _load(tx, vault, rows_by_id(tx, _LOCKED, ids, visibility), rules)


def _load(tx: Connection, vault: Vault, rows: Sequence[Row[Any]], rules: CaseRules | None = None) -> list[LoadedCase]:
    stored = [(row, to_referral(row)) for row in rows]
    referrals = [each for _, each in stored]
    invited = [each.id for each in referrals if each.status not in _WITHOUT_APPOINTMENT]
    appointments = appointments_of(tx, vault, invited)
    talked = [each.id for each in referrals if each.intake_held_on]
    trajectories = load_trajectories_of(tx, vault, talked)
    onward = onward_referrals_of(tx, [each.id for each in referrals if each.onward_count])
    requests = information_requests_of(tx, vault, [each.id for each in referrals if each.question_count])
    loaded = []
    for row, found in stored:
        sealer = client_sealer(vault, row.key_of, row.wrapped_key)
        case = Case(
            referral=found,
            sealed_contents=Lazy(partial(open_contents, sealer, row)),
            sealed_client=Lazy(partial(open_details, sealer, row)),
            appointments=appointments.get(found.id, ()),
            trajectory=trajectories.get(found.id),
            information_requests=requests.get(found.id, ()),
            onward_referrals=onward.get(found.id, ()),
            change_rules=rules,
            sealed_disclosed=Lazy(partial(open_record, sealer, found.id, row.disclosed)),
        )
        loaded.append(LoadedCase(case=case, sealer=sealer))
    return loaded


@dataclass(frozen=True, kw_only=True)
class ReferrerContext:
    """What decides what the referrer of a case is sent.

    Attributes:
        consent: as it is recorded now.
        sealer: has the key of the client, with which it is sealed what an event disclosed.
    """

    referrer: Organisation
    consent: Consent
    sealer: Sealer


def load_referrer_contexts(tx: Connection, vault: Vault, referral_ids: Collection[UUID]) -> dict[UUID, ReferrerContext]:
    """Return what decides what referrers are sent, by referral; erased ones are left out."""
    return {
        row.id: ReferrerContext(
            referrer=to_organisation(row),
            consent=to_consent(row),
            sealer=client_sealer(vault, row.client_id, row.wrapped_key),
        )
        for row in tx.execute(_FOR_REFERRERS, {"ids": referral_ids})
    }
