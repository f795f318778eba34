"""Writing what differs between cases as they are stored and as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.case import Case, CaseRules
from app.models.base import Columns, Writes
from app.models.cases.appointment import CHANGED_APPOINTMENT, appointment, changed_columns, new_columns
from app.models.cases.client import CHANGED_DETAILS, client_details, details_columns
from app.models.cases.clock import case_clock, clock_columns
from app.models.cases.correspondence import (
    CHANGED_REQUEST,
    changed_request_columns,
    information_request,
    new_request_columns,
    signal,
    signal_columns,
)
from app.models.cases.disclosed import seal_record
from app.models.cases.onward import CHANGED_ONWARD, changed_onward_columns, new_onward_columns, onward_referral
from app.models.cases.referral import (
    CHANGED_CONTENTS,
    CHANGED_DISCLOSED,
    CHANGED_STATE,
    contents_columns,
    fixed_columns,
    referral,
    state_columns,
    worker_index_of,
)
from app.models.cases.trajectory import ENDED_PARTIES, TrajectoryWrites, ended_columns, party_columns
from app.models.cases.trajectory_tables import party
from app.vault import Sealer, Vault


@dataclass(frozen=True, kw_only=True)
class CaseChange:
    """A case that is to be written.

    Attributes:
        before: as it is stored; None when it is new.
        sealer: has the key of its client.
    """

    before: Case | None
    after: Case
    sealer: Sealer


def collect_changes(writes: Writes, changes: Sequence[CaseChange], vault: Vault, rules: CaseRules) -> None:
    """Add to what a transaction writes the referrals, appointments and trajectories that are new or changed."""
    _collect_new_referrals(writes, [each for each in changes if each.before is None], vault, rules)
    _collect_changed_referrals(writes, changes, vault, rules)
    for each in changes:
        _collect_appointments(writes, each, rules)
        _collect_correspondence(writes, each)
        _collect_onward(writes, each)
    _collect_trajectories(writes, changes, rules)
    _collect_clocks(writes, changes, rules)


def _collect_new_referrals(writes: Writes, new: Sequence[CaseChange], vault: Vault, rules: CaseRules) -> None:
    writes.insert(
        referral,
        [
            {
                **fixed_columns(each.after.referral),
                **state_columns(each.after.referral, rules.now),
                **_contents(vault, each),
                **_disclosed(each),
            }
            for each in new
        ],
    )
    writes.insert(
        client_details,
        [{"referral_id": each.after.id, "client_id": each.after.referral.client_id, **_details(each)} for each in new],
    )


def _collect_changed_referrals(writes: Writes, changes: Sequence[CaseChange], vault: Vault, rules: CaseRules) -> None:
    stored = [(each.before, each) for each in changes if each.before]
    states = [{"row_id": each.after.id, **state_columns(each.after.referral, rules.now)} for _, each in stored]
    writes.update(CHANGED_STATE, states)
    told = [each for before, each in stored if each.after.sealed_disclosed is not before.sealed_disclosed]
    writes.update(CHANGED_DISCLOSED, [{"row_id": each.after.id, **_disclosed(each)} for each in told])
    amended = [each for before, each in stored if each.after.sealed_contents is not before.sealed_contents]
    writes.update(CHANGED_CONTENTS, [{"row_id": each.after.id, **_contents(vault, each)} for each in amended])
    described = [each for before, each in stored if each.after.sealed_client is not before.sealed_client]
    writes.update(CHANGED_DETAILS, [{"of_referral": each.after.id, **_details(each)} for each in described])


def _contents(vault: Vault, each: CaseChange) -> Columns:
    contents = each.after.contents
    return contents_columns(each.sealer, each.after.id, contents, worker_index_of(vault, contents.worker.email))


def _disclosed(each: CaseChange) -> Columns:
    return {"disclosed": seal_record(each.sealer, each.after.id, each.after.disclosed)}


def _details(each: CaseChange) -> Columns:
    return details_columns(each.sealer, each.after.id, each.after.client.details)


def _collect_appointments(writes: Writes, change: CaseChange, rules: CaseRules) -> None:
    stored = {each.id: each for each in change.before.appointments} if change.before else {}
    present = change.after.appointments
    new = [each for each in present if each.id not in stored]
    writes.insert(appointment, [new_columns(change.sealer, change.after.id, each, rules.now) for each in new])
    moved = [each for each in present if each.id in stored and stored[each.id] is not each]
    writes.update(CHANGED_APPOINTMENT, [changed_columns(change.sealer, each) for each in moved])


def _collect_correspondence(writes: Writes, change: CaseChange) -> None:
    stored = {each.id: each for each in change.before.information_requests} if change.before else {}
    present, sealer, referral_id = change.after.information_requests, change.sealer, change.after.id
    new = [each for each in present if each.id not in stored]
    writes.insert(information_request, [new_request_columns(sealer, referral_id, each) for each in new])
    ended = [each for each in present if each.id in stored and stored[each.id] is not each]
    writes.update(CHANGED_REQUEST, [changed_request_columns(sealer, each) for each in ended])
    writes.insert(signal, [signal_columns(sealer, referral_id, each) for each in change.after.new_signals])


def _collect_onward(writes: Writes, change: CaseChange) -> None:
    stored = {each.id: each for each in change.before.onward_referrals} if change.before else {}
    present = change.after.onward_referrals
    new = [new_onward_columns(change.after.id, each) for each in present if each.id not in stored]
    writes.insert(onward_referral, new)
    changed = [each for each in present if each.id in stored and stored[each.id] is not each]
    writes.update(CHANGED_ONWARD, [changed_onward_columns(each) for each in changed])


def _collect_trajectories(writes: Writes, changes: Sequence[CaseChange], rules: CaseRules) -> None:
    trajectories = TrajectoryWrites(now=rules.now, new_id=rules.new_id)
    for each in changes:
        stored, present = each.before.trajectory if each.before else None, each.after.trajectory
        if present and present is not stored:
            trajectories.add(each.sealer, each.after.referral, stored, present)
    trajectories.collect(writes)
    for each in changes:
        if trajectory := each.after.trajectory:
            writes.update(ENDED_PARTIES, ended_columns(trajectory.id, each.after.ended_parties))
            writes.insert(party, [party_columns(each.sealer, trajectory.id, new) for new in each.after.new_parties])


def _collect_clocks(writes: Writes, changes: Sequence[CaseChange], rules: CaseRules) -> None:
    writes.insert(case_clock, [clock_columns(each.after, rules) for each in changes if each.before is None])
    writes.put(case_clock, [clock_columns(each.after, rules) for each in changes if each.before])
