"""``trajecthub partner``: what it prints and does, alone and next to a simulated GIDSO in a process of its own."""

import os
import subprocess
import sys
from uuid import UUID

import pytest

from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.operations.access.organisations import save_referrer
from app.operations.partners.jobs import request_job
from app.operations.partners.lease import PartnerLease, acquire_lease
from app.sandbox.gidso.app import API_KEY
from tests.support.command_line import change, run, run_json
from tests.support.hub import WIJKTEAM
from tests.support.quarantine import quarantine_two

pytestmark = pytest.mark.slow


@pytest.fixture
def connected(migrated: dict[str, str], gidso: str) -> dict[str, str]:
    """Return the environment of a hub that is connected to it and never pulled it."""
    return migrated | {"TRAJECTHUB_GIDSO_URL": gidso, "TRAJECTHUB_GIDSO_API_KEY": API_KEY}


def test_a_pause_is_seen_by_the_next_command_and_ends_by_resuming(migrated: dict[str, str]) -> None:
    run(migrated, "partner", "pause", "gidso", "--reason=Maintenance until 14:00", "--by=beheer-1")
    [paused] = run_json(migrated, "partner", "status")
    run(migrated, "partner", "resume", "gidso")
    [resumed] = run_json(migrated, "partner", "status")

    assert (paused["paused"], paused["pauseReason"], paused["pausedBy"]) == (
        True,
        "Maintenance until 14:00",
        "beheer-1",
    )
    assert (resumed["paused"], "pauseReason" in resumed) == (False, False)


def test_partners_are_listed_below_each_other_in_80_columns(migrated: dict[str, str]) -> None:
    for system in ("gidso", "rmw"):
        run(migrated, "partner", "pause", system, "--reason=Maintenance at the supplier until half past two")

    # In a process of its own: how wide the output may be is found out at the start of one.
    command = [sys.executable, "-m", "app.cli.main", "partner", "status"]
    shown = subprocess.run(command, env={**os.environ, **migrated, "COLUMNS": "80"}, capture_output=True, check=True)

    lines = shown.stdout.decode().splitlines()
    assert [line.split() for line in lines if line.startswith("system")] == [
        ["system", name] for name in ("gidso", "rmw")
    ]
    assert any(line.split(maxsplit=2)[2:] == ["Maintenance at the supplier until half past two"] for line in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        ("runs", "No run of rmw read anything new yet."),
        ("quarantine", "No such record of rmw is in quarantine."),
        ("jobs", "No job of rmw was requested yet."),
    ],
)
def test_an_empty_list_is_a_sentence(migrated: dict[str, str], listing: str, sentence: str) -> None:
    assert run(migrated, "partner", listing, "rmw") == (0, sentence)


@pytest.mark.parametrize("listing", ["runs", "quarantine", "deliveries"])
def test_a_partner_without_runs_has_nothing_to_list(migrated: dict[str, str], listing: str) -> None:
    assert run_json(migrated, "partner", listing, "rmw") == []


@pytest.mark.parametrize(
    ("arguments", "code", "remedy"),
    [
        (("runs", "facebook"), 2, "must be one of: allegro, gidso, rmw"),
        (("pause", "gidso"), 2, "--reason"),
        (("redeliver", "gidso"), 2, "--id, --since or --all"),
        (("redeliver", "gidso", "--all", "--since=2026-01-01"), 2, "--id, --since or --all"),
        (("redeliver", "gidso", "--id=019ab3f2-7c00-7000-8000-000000000005"), 1, "There is no delivery with this id"),
        (("pause", "gidso", "--reason= "), 1, "reason: Say why"),
        (("pause", "gidso", "--reason=two\nlines"), 2, "one line, without control characters"),
        (("pause", "gidso", "--reason=Twice", "--by=\x1b[2J"), 2, "one line, without control characters"),
        (("dismiss", "gidso", str(UUID(int=7)), "--reason=Twice"), 1, "list the quarantine for its ids"),
        (("reconcile", "gidso", "--dry-run"), 1, "TRAJECTHUB_GIDSO_URL"),
        (("link", "gidso", "--link=A1"), 2, "CASE=REFERRAL"),
        (("redeliver", "gidso", "--since=yesterday"), 2, "Dutch time"),
        (("redeliver", "gidso", "--since=0001-01-01T00:00+23:59"), 2, "a year from 1900 to 2100"),
        (("backfill", "gidso", "--since=9999-12-31T23:59-23:59"), 2, "a year from 1900 to 2100"),
    ],
)
def test_an_impossible_command_fails_with_the_remedy(
    migrated: dict[str, str], arguments: tuple[str, ...], code: int, remedy: str
) -> None:
    exit_code, output = run(migrated, "partner", *arguments)

    assert exit_code == code
    assert remedy in output
    assert "Traceback" not in output


def test_a_dry_run_reports_missing_records_and_changes_nothing(connected: dict[str, str]) -> None:
    change(connected, save_referrer, WIJKTEAM)

    reports = [run_json(connected, "partner", "reconcile", "gidso", "--dry-run") for _ in range(2)]

    assert [report["missing"]["count"] for report in reports] == [1, 1]
    assert reports[0]["healed"]["applied"] == 1
    assert run_json(connected, "partner", "runs", "gidso") == []


def test_reconciling_applies_missing_records(connected: dict[str, str]) -> None:
    change(connected, save_referrer, WIJKTEAM)

    first, second = (run_json(connected, "partner", "reconcile", "gidso") for _ in range(2))

    assert (first["missing"]["count"], first["healed"]["applied"]) == (1, 1)
    assert second["missing"]["count"] == 0
    assert [each["kind"] for each in run_json(connected, "partner", "runs", "gidso")] == ["reconcile"]


def test_a_backfill_applies_what_happened_since_a_time(connected: dict[str, str]) -> None:
    change(connected, save_referrer, WIJKTEAM)

    late = run_json(connected, "partner", "backfill", "gidso", "--since=2090-01-01")
    early = run_json(connected, "partner", "backfill", "gidso", "--since=2019-01-01")

    assert (late["applied"], early["applied"]) == (0, 1)


def test_a_linking_reports_what_it_would_link(connected: dict[str, str]) -> None:
    report = run_json(connected, "partner", "link", "gidso", "--dry-run", f"--link=G-000001={UUID(int=7)}")

    chosen = {"caseId": "G-000001", "referralId": str(UUID(int=7))}
    assert (report["compared"], report["withoutReferral"]["keys"], report["links"]) == (1, ["G-000001"], [chosen])
    assert [each["caseId"] for each in report["refused"]["links"]] == ["G-000001"]


def test_a_refused_record_is_applied_by_a_retry_once_its_cause_is_corrected(connected: dict[str, str]) -> None:
    run(connected, "partner", "backfill", "gidso")
    [refused] = run_json(connected, "partner", "quarantine", "gidso")
    change(connected, save_referrer, WIJKTEAM)

    retried = run_json(connected, "partner", "retry", "gidso")

    assert refused["reason"] == "invalid-input"
    assert (retried["applied"], run_json(connected, "partner", "quarantine", "gidso")) == (1, [])


def test_one_refused_record_is_read_again_by_its_id(connected: dict[str, str]) -> None:
    run(connected, "partner", "backfill", "gidso")
    [refused] = run_json(connected, "partner", "quarantine", "gidso")
    change(connected, save_referrer, WIJKTEAM)

    unknown = run_json(connected, "partner", "retry", "gidso", str(UUID(int=7)), code=1)
    retried = run_json(connected, "partner", "retry", "gidso", refused["id"])

    assert "list the quarantine for its ids" in unknown["error"]
    assert (retried["applied"], retried["quarantineId"]) == (1, refused["id"])


def test_a_waiting_job_is_listed_and_can_be_cancelled(migrated: dict[str, str]) -> None:
    change(migrated, request_job, System.GIDSO, "beheer-1", JobRequest(kind=JobKind.RECONCILE))
    [waiting] = run_json(migrated, "partner", "jobs", "gidso")

    codes = [run(migrated, "partner", "cancel", "gidso", waiting["id"])[0] for _ in range(2)]

    [cancelled] = run_json(migrated, "partner", "jobs", "gidso")
    assert (waiting["state"], waiting["waitsFor"], waiting["requestedBy"]) == ("waiting", "worker", "beheer-1")
    assert (cancelled["state"], cancelled["report"]) == ("cancelled", {"cancelledBy": "command line"})
    assert codes == [0, 1]


def test_a_list_that_is_cut_short_is_still_json(migrated: dict[str, str]) -> None:
    change(migrated, quarantine_two)

    shown = run_json(migrated, "partner", "quarantine", "allegro", "--limit=1")

    assert [each["externalId"] for each in shown] == ["m2"]


def test_an_id_in_quarantine_can_be_copied_from_a_narrow_screen(connected: dict[str, str]) -> None:
    run(connected, "partner", "backfill", "gidso")
    [refused] = run_json(connected, "partner", "quarantine", "gidso")

    _, output = run(connected | {"COLUMNS": "80"}, "partner", "quarantine", "gidso")

    assert refused["id"] in output


def test_a_dismissed_record_is_left_out_of_the_next_retry(connected: dict[str, str]) -> None:
    run(connected, "partner", "backfill", "gidso")
    [refused] = run_json(connected, "partner", "quarantine", "gidso")

    code, _ = run(connected, "partner", "dismiss", "gidso", refused["id"], "--reason=Registered by mistake")

    assert code == 0
    assert run_json(connected, "partner", "retry", "gidso")["read"] == 0


def test_a_partner_that_does_not_answer_fails_the_command_with_the_reason(migrated: dict[str, str]) -> None:
    nobody = migrated | {"TRAJECTHUB_GIDSO_URL": "http://127.0.0.1:9", "TRAJECTHUB_GIDSO_API_KEY": API_KEY}

    report = run_json(nobody, "partner", "reconcile", "gidso", code=1)

    assert list(report) == ["error"]


def test_a_paused_partner_is_not_reconciled(connected: dict[str, str]) -> None:
    run(connected, "partner", "pause", "gidso", "--reason=Maintenance")

    code, output = run(connected, "partner", "reconcile", "gidso")

    assert code == 1
    assert "run 'trajecthub partner resume gidso'" in output


def test_a_command_waits_for_the_worker_that_has_the_lease(connected: dict[str, str]) -> None:
    change(connected, acquire_lease, PartnerLease(System.GIDSO, "worker", lease_seconds=1))

    report = run_json(connected, "partner", "reconcile", "gidso", "--dry-run")

    assert report["compared"] == 1


def test_a_command_releases_its_lease_to_the_next_worker(connected: dict[str, str]) -> None:
    run(connected, "partner", "reconcile", "gidso")

    change(connected, acquire_lease, PartnerLease(System.GIDSO, "worker"))
    [state] = run_json(connected, "partner", "status")

    assert state["system"] == "gidso"
