"""One version of the policy is one policy: rules that changed under a version that was used are refused at start."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from app.database import Database
from app.models.access.policy_version import UsedPolicy, find_used_policy
from app.operations.policy_version import PolicyChanged, require_unchanged_policy
from app.operations.services import Services, build_services
from app.privacy.gate import PrivacyGate
from app.privacy.policy import Policy, load_policy
from app.sandbox.runtime import SettableClock

TEXT = (files("app.privacy") / "policy_data" / "rotterdam.toml").read_text(encoding="utf-8")
VERSION = load_policy().version
FIRST, LATER = datetime(2026, 3, 2, 23, 30, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


def services_with(text: str, now: datetime = FIRST) -> Services:
    """Return the services of an installation whose policy is this text."""
    clock = SettableClock(now)
    built = build_services(bytes(32), "rotterdam", clock)
    return replace(built, gate=PrivacyGate(Policy.from_toml(text), built.pseudonyms, clock))


def changed(text: str) -> str:
    """Return the text with one rule less strict."""
    return text.replace('effect = "coarsen"', 'effect = "release"', 1)


def renamed(text: str) -> str:
    return text.replace(VERSION, "rotterdam/next", 1)


async def test_the_first_start_with_a_version_records_what_it_says(database: Database) -> None:
    for now in (FIRST, LATER):
        await require_unchanged_policy(database, services_with(TEXT, now))

    assert await database.read(find_used_policy, VERSION) == UsedPolicy(VERSION, load_policy().digest, FIRST)


async def test_a_changed_policy_under_a_used_version_is_refused_in_one_sentence(database: Database) -> None:
    await require_unchanged_policy(database, services_with(TEXT))

    with pytest.raises(PolicyChanged) as refusal:
        await require_unchanged_policy(database, services_with(changed(TEXT), LATER))

    assert str(refusal.value) == (
        f"The policy {VERSION} differs from the one that is in use under this version since 2026-03-03: "
        "restore its file, or give the changed rules a new version."
    )


async def test_a_refused_policy_leaves_what_was_recorded(database: Database) -> None:
    await require_unchanged_policy(database, services_with(TEXT))
    with pytest.raises(PolicyChanged):
        await require_unchanged_policy(database, services_with(changed(TEXT)))

    await require_unchanged_policy(database, services_with(TEXT))

    used = await database.read(find_used_policy, VERSION)
    assert used is not None
    assert used.digest == load_policy().digest


async def test_changed_rules_under_a_new_version_are_taken_and_the_old_version_stays_what_it_was(
    database: Database,
) -> None:
    await require_unchanged_policy(database, services_with(TEXT))
    await require_unchanged_policy(database, services_with(renamed(changed(TEXT))))
    await require_unchanged_policy(database, services_with(TEXT))

    with pytest.raises(PolicyChanged):
        await require_unchanged_policy(database, services_with(renamed(TEXT)))
