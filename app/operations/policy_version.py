"""One version of the disclosure policy is one policy: its version is recorded with everything that it disclosed."""

from app.database import Connection, Database
from app.domain.local_time import local_date
from app.models.access.policy_version import UsedPolicy, find_used_policy, insert_used_policy
from app.operations.services import Services
from app.privacy.policy import Policy


class PolicyChanged(RuntimeError):
    """The policy is not the one that was used under its version; the message contains the remedy."""


async def require_unchanged_policy(db: Database, services: Services) -> None:
    """Check that the policy is the one that was used under its version; from now on that version is used.

    Raises:
        PolicyChanged: another policy was used under this version.
    """
    if await db.read(used_policy, services.policy) is None:
        await db.write_without_notifying(_record, services)


def used_policy(tx: Connection, policy: Policy) -> UsedPolicy | None:
    """Return what was used under the version of a policy, None when nothing was yet.

    Raises:
        PolicyChanged: it was another policy.
    """
    used = find_used_policy(tx, policy.version)
    if used is not None and used.digest != policy.digest:
        since = local_date(used.first_used_at)
        raise PolicyChanged(
            f"The policy {policy.version} differs from the one that is in use under this version since {since}: "
            "restore its file, or give the changed rules a new version."
        )
    return used


def _record(tx: Connection, services: Services) -> None:
    policy = services.policy
    if used_policy(tx, policy) is None:
        insert_used_policy(tx, UsedPolicy(policy.version, policy.digest, services.clock.now()))
