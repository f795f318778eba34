"""A sweep finds what is missing, different, deleted and extra, heals it, and finds nothing more; replays are silent."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.database import Connection
from app.domain.codes import ReferralStatus, System
from app.domain.ports import Page
from app.domain.receivers import PartnerKey
from app.models import metadata
from app.operations.partners.jobs import find_job
from app.operations.partners.lease import PartnerLease, acquire_lease
from tests.support.hub import CONFIRM, NOW, Dump, InProcessHub, partner_record, without_volatile
from tests.support.job_env import job_puller, new_job, registration
from tests.support.partners_env import (
    KINDS,
    PartnersEnv,
    counts,
    gidso_registration,
    lose_referrals,
    partners_of,
    save_many,
    without_job_and_lease,
)
from tests.support.scripted_source import FullListSource, ScriptedSource
from tests.support.statements import sent_statements

REFERRERS = (System.GIDSO, System.RMW)
NUMBER = 60
RECORD = metadata.tables["partner_record"]
DELIVERY = metadata.tables["delivery"]

EXTENSION = {
    "termijn": "intake",
    "uiterlijkOp": "2026-03-20",
    "redencode": {"code": 603, "omschrijving": "Klant is tijdelijk afwezig"},
}
PASSED_TERMS = 3
"""Of a registration from 2019: to confirm it, to plan the intake and to hold it; each is reported to Allegro."""


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


async def referrals(hub: InProcessHub) -> dict[str, tuple[str, str]]:
    """Return the status and the area of each referral, by its reference."""
    table = metadata.tables["referral"]
    query = select(table.c.reference, table.c.status, table.c.area)
    rows = await hub.db.read(lambda tx: list(tx.execute(query)))
    return {row.reference: (row.status, row.area) for row in rows}


def damage(tx: Connection, seed: int) -> dict[System, dict[str, int]]:
    """Damage a twentieth of what the hub remembers of each partner in each of three ways."""
    random, done = Random(seed), {}
    for system in REFERRERS:
        query = select(RECORD.c.external_id).where(RECORD.c.system == system).order_by(RECORD.c.external_id)
        ids = list(tx.execute(query).scalars())
        part = max(1, len(ids) // 20)
        chosen = random.sample(ids, 3 * part)
        mine = RECORD.c.system == system
        changed, purged, lost = chosen[:part], chosen[part : 2 * part], chosen[2 * part :]
        tx.execute(update(RECORD).where(mine, RECORD.c.external_id.in_(changed)).values(content_hash=bytes(32)))
        tx.execute(delete(RECORD).where(mine, RECORD.c.external_id.in_(purged)))
        lose_referrals(tx, lost)
        done[system] = {"missing": 2 * part, "different": part, "deleted": 0, "extra": 0}
    return done


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_reconciliation_repairs_damage_and_a_second_one_finds_nothing(partners: PartnersEnv, seed: int) -> None:
    await save_many(partners, NUMBER)
    await partners.pull(*REFERRERS)
    before = await referrals(partners.hub)
    damaged = await partners.hub.db.write(damage, seed)

    first = {system: await partners.reconcile(system) for system in REFERRERS}
    second = {system: await partners.reconcile(system) for system in REFERRERS}

    assert {system: counts(report) for system, report in first.items()} == damaged
    assert await referrals(partners.hub) == before
    assert len(before) == 2 * NUMBER
    for report in second.values():
        assert report["compared"] == NUMBER
        assert counts(report) == dict.fromkeys(KINDS, 0)
        assert report["healed"]["read"] == 0


async def test_no_step_is_taken_twice_when_only_its_applied_record_was_lost(partners: PartnersEnv) -> None:
    hub = partners.hub
    await partners.save_registrations(System.GIDSO, *(gidso_registration(each) for each in range(12)))
    await partners.worker.pull_and_deliver(*REFERRERS, System.ALLEGRO)
    steps = [step for each in range(12) for step in counsellors_steps(each)]
    (await partners.consoles[System.ALLEGRO].post("/_console/feiten", json=steps)).raise_for_status()
    await partners.pull(System.ALLEGRO)
    before = made(await hub.dump())
    await hub.db.write(damage_memory, System.ALLEGRO, 40)

    first, second = await partners.reconcile(System.ALLEGRO), await partners.reconcile(System.ALLEGRO)

    assert counts(first) == {"missing": 20, "different": 20, "deleted": 0, "extra": 0}
    assert counts(second) == dict.fromkeys(KINDS, 0)
    assert made(await hub.dump()) == before
    assert {status for status, _ in (await referrals(hub)).values()} == {ReferralStatus.ATTENDED}


def counsellors_steps(number: int) -> Iterator[dict[str, Any]]:
    contents = {
        "bevestiging": {},
        "informatie_gevraagd": {},
        "informatie_ontvangen": {},
        "termijn_verlengd": EXTENSION,
        "afspraak": {"begint": "2026-03-02T09:00:00+01:00", "driegesprek": "N", "plaats": "Coolsingel 40"},
        "aanwezigheid": {"verschenen": "J"},
    }
    for kind, given in contents.items():
        head = {"feitId": f"{kind}-{number}", "kenmerkVerwijzer": f"G-{number:06d}", "soort": kind}
        yield {**head, "datum": "2026-03-02", "gegevens": given}


def damage_memory(tx: Connection, system: System, number: int) -> None:
    mine = RECORD.c.system == system
    ids = list(tx.execute(select(RECORD.c.external_id).where(mine).order_by(RECORD.c.external_id)).scalars())
    chosen = Random(number).sample(ids, number)
    changed, purged = chosen[: number // 2], chosen[number // 2 :]
    tx.execute(update(RECORD).where(mine, RECORD.c.external_id.in_(changed)).values(content_hash=bytes(32)))
    tx.execute(delete(RECORD).where(mine, RECORD.c.external_id.in_(purged)))


def made(dump: Dump) -> dict[str, int]:
    return {name: len(dump[name]) for name in ("appointment", "event", "history", "quarantine", "referral")}


async def test_a_reconciliation_without_differences_changes_nothing(partners: PartnersEnv) -> None:
    await save_many(partners, 5)
    await partners.pull(*REFERRERS)
    before = without_volatile(without_job_and_lease(await partners.hub.dump()))

    for system in REFERRERS:
        await partners.reconcile(system)

    assert without_volatile(without_job_and_lease(await partners.hub.dump())) == before


async def test_a_record_that_the_hub_never_saw_is_reported_and_applied(partners: PartnersEnv) -> None:
    await save_many(partners, 5)
    await partners.pull(System.GIDSO)
    await partners.save_registrations(System.GIDSO, gidso_registration(3, Gebied="Noord"), gidso_registration(100))

    report = await partners.reconcile(System.GIDSO)

    assert report["missing"]["keys"] == ["aanmelding/G-000100"]
    assert report["different"]["keys"] == ["aanmelding/G-000003"]
    known = await referrals(partners.hub)
    assert (known["G-000003"][1], known["G-000100"][0]) == ("Noord", ReferralStatus.RECEIVED)


async def test_a_record_that_the_partner_removed_unnoticed_is_withdrawn_once(partners: PartnersEnv) -> None:
    await save_many(partners, 12)
    await partners.pull(System.GIDSO)
    (await partners.consoles[System.GIDSO].delete("/_console/aanmeldingen/G-000004")).raise_for_status()
    (await partners.consoles[System.GIDSO].post("/_console/delta-tokens/verlopen")).raise_for_status()

    first, second = await partners.reconcile(System.GIDSO), await partners.reconcile(System.GIDSO)

    assert first["deleted"] == {"count": 1, "keys": ["aanmelding/G-000004"]}
    assert (await referrals(partners.hub))["G-000004"][0] == ReferralStatus.WITHDRAWN
    assert counts(second) == dict.fromkeys(KINDS, 0)


async def test_a_dry_run_reports_the_same_and_changes_no_row(partners: PartnersEnv) -> None:
    await save_many(partners, NUMBER)
    await partners.pull(*REFERRERS)
    await partners.hub.db.write(damage, 3)
    await partners.save_registrations(System.GIDSO, gidso_registration(100), gidso_registration(101, Inkomen="Nieuw"))
    before = without_job_and_lease(await partners.hub.dump())

    dry_run = {system: await partners.reconcile(system, dry_run=True) for system in REFERRERS}

    assert without_job_and_lease(await partners.hub.dump()) == before
    assert dry_run == {system: await partners.reconcile(system) for system in REFERRERS}
    assert dry_run[System.GIDSO]["healed"]["quarantined"] == 1
    assert counts(dry_run[System.GIDSO])["missing"] > 2


async def test_a_backfill_of_many_records_notifies_nobody(partners: PartnersEnv) -> None:
    hub = partners.hub
    await save_many(partners, NUMBER)
    await partners.hub.db.write(_take_turns, hub, partners)

    reports = [(await partners.job(system, "backfill")).report for system in REFERRERS]
    await partners.worker.pull_and_deliver(*REFERRERS, System.ALLEGRO)

    assert [report and report["applied"] for report in reports] == [NUMBER, NUMBER]
    assert (await hub.dump())["delivery"] == []
    assert await _written(partners) == []
    # What follows notifies as usual.
    await partners.save_registrations(System.GIDSO, gidso_registration(100))
    await partners.worker.pull_and_deliver(*REFERRERS)
    assert await _written(partners) == [
        (PartnerKey(System.ALLEGRO), "delivered"),
        (PartnerKey(System.GIDSO), "delivered"),
        *PASSED_TERMS * [(PartnerKey(System.ALLEGRO), "delivered")],
    ]


async def test_a_replay_of_applied_records_notifies_nobody_again(partners: PartnersEnv) -> None:
    await save_many(partners, 10)
    await partners.worker.pull_and_deliver(*REFERRERS, System.ALLEGRO)
    before, written = without_volatile(without_job_and_lease(await partners.hub.dump())), await _written(partners)

    reports = [(await partners.job(system, "backfill")).report for system in REFERRERS]
    await partners.worker.pull_and_deliver(System.ALLEGRO)

    assert [report and report["unchanged"] for report in reports] == [10, 10]
    assert without_volatile(without_job_and_lease(await partners.hub.dump())) == before
    assert await _written(partners) == written
    # To Allegro, and its receipt to the referrer's own system.
    assert len(written) == 20 * (2 + PASSED_TERMS)


async def test_a_dry_run_of_a_backfill_reports_the_same_and_changes_no_row(partners: PartnersEnv) -> None:
    await save_many(partners, NUMBER)
    await partners.hub.db.write(_take_turns, partners.hub, partners)
    before = without_job_and_lease(await partners.hub.dump())

    dry_run = [(await partners.job(system, "backfill", dry_run=True)).report or {} for system in REFERRERS]

    assert without_job_and_lease(await partners.hub.dump()) == before
    real = [(await partners.job(system, "backfill")).report or {} for system in REFERRERS]
    assert [{name: each[name] for name in made} for each, made in zip(dry_run, real, strict=True)] == real


async def test_a_dry_run_of_a_backfill_names_new_different_and_refused_records(
    partners: PartnersEnv,
) -> None:
    await save_many(partners, 2)
    await partners.pull(System.GIDSO)
    await partners.save_registrations(
        System.GIDSO,
        gidso_registration(1, Gebied="Noord"),
        gidso_registration(2),
        gidso_registration(3, Inkomen="Nieuw"),
    )

    report = (await partners.job(System.GIDSO, "backfill", dry_run=True)).report

    assert report == {
        "read": 4,
        "applied": 2,
        "unchanged": 1,
        "filtered": 0,
        "quarantined": 1,
        "missing": {"count": 2, "keys": ["aanmelding/G-000002", "aanmelding/G-000003"]},
        "different": {"count": 1, "keys": ["aanmelding/G-000001"]},
        "refused": {
            "count": 1,
            "keys": ["aanmelding/G-000003: Inkomen unknown-code"],
            "causes": [
                {
                    "count": 1,
                    "reason": "unknown-code",
                    "field": "Inkomen",
                    "message": "Inkomen holds the code 'Nieuw' that is not in the mapping; add it to the table first",
                }
            ],
        },
    }


async def test_a_dry_run_of_a_backfill_names_each_missing_team_once(partners: PartnersEnv) -> None:
    await partners.hub.db.write(_take_turns, partners.hub, partners)
    teams = ("team-new", "team-new", "team-detentie-en-reintegratie-prins-alexander")
    registrations = [gidso_registration(number, Teamcode=team) for number, team in enumerate(teams, start=1)]
    await partners.save_registrations(System.GIDSO, *registrations)

    report = (await partners.job(System.GIDSO, "backfill", dry_run=True)).report or {}

    causes = report["refused"]["causes"]
    assert [(each["count"], each["reason"], each["field"]) for each in causes] == [
        (2, "invalid-input", "organisationCode"),
        (1, "invalid-input", "organisationCode"),
    ]
    assert [team for team, each in zip(teams[1:], causes, strict=True) if f"'{team}'" not in each["message"]] == []


async def test_a_backfill_applies_what_happened_since_a_time(partners: PartnersEnv) -> None:
    await partners.hub.db.write(_take_turns, partners.hub, partners)
    await partners.save_registrations(System.GIDSO, gidso_registration(1))

    late = await partners.job(System.GIDSO, "backfill", since=NOW + timedelta(days=1))
    in_time = await partners.job(System.GIDSO, "backfill", since=NOW - timedelta(days=1))

    assert late.report
    assert in_time.report
    assert (late.report["read"], in_time.report["applied"]) == (0, 1)


def _take_turns(tx: Connection, hub: InProcessHub, partners: PartnersEnv) -> None:
    for system in REFERRERS:
        acquire_lease(tx, hub.services, PartnerLease(system, partners.worker.pullers[system].holder))


async def _written(partners: PartnersEnv) -> list[Any]:
    """Return the deliveries that were made, by receiver and state."""
    query = select(DELIVERY.c.receiver, DELIVERY.c.state).where(DELIVERY.c.state == "delivered")
    return await partners.hub.db.read(lambda tx: [tuple(row) for row in tx.execute(query)])


async def test_an_empty_answer_is_not_taken_for_the_removal_of_everything(hub: InProcessHub) -> None:
    archive = FullListSource(*(registration(number) for number in range(15)))
    one = job_puller(hub, archive)
    await one.round()
    for number in range(15):
        archive.remove(f"G-{number}")

    job_id = await new_job(hub, System.GIDSO, "reconcile")
    await one.round()

    report = (await hub.db.read(find_job, System.GIDSO, job_id)).report
    assert report
    assert (report["deleted"]["count"], report["deletionsHeldBack"], report["healed"]["read"]) == (15, True, 0)
    assert {status for status, _ in (await referrals(hub)).values()} == {ReferralStatus.RECEIVED}


async def test_a_reconciliation_of_many_records_takes_as_many_statements_as_one_of_few(hub: InProcessHub) -> None:
    asked = []
    for number in (3, 200):
        archive = FullListSource(*(registration(each) for each in range(number)), page_size=500)
        one = job_puller(hub, archive)
        await one.round()
        await new_job(hub, System.GIDSO, "reconcile")
        with sent_statements() as statements:
            await one.do_jobs()
        asked.append(len(statements))

    assert asked[0] == asked[1]


async def test_of_two_states_of_one_record_the_newer_is_compared(hub: InProcessHub) -> None:
    await hub.known_case("D-1")
    older = partner_record("D-1", CONFIRM, external_id="m1", payload={"n": 1}, revision=1)
    newer = partner_record("D-1", CONFIRM, external_id="m1", payload={"n": 2}, revision=2)
    await hub.pull(newer)
    feed = ScriptedSource(Page((older, newer), "9"), Page((), "9"))

    job_id = await new_job(hub, System.ALLEGRO, "reconcile")
    await job_puller(hub, feed, "test").round()

    report = (await hub.db.read(find_job, System.ALLEGRO, job_id)).report
    assert report
    assert (report["different"]["count"], report["missing"]["count"]) == (0, 0)
    assert await hub.cursor() == "9"
