"""The endpoints, by resource: ``ROUTERS`` belong to major version 1, ``OUTSIDE`` to no version."""

from app.api.routes import (
    appointments,
    code_lists,
    conflicts,
    deliveries,
    docs,
    document,
    event_schemas,
    events,
    feedback_policies,
    health,
    oauth,
    organisations,
    partner_deliveries,
    partners,
    records,
    referral_steps,
    referrals,
    subscriptions,
    trajectories,
    trajectory_steps,
    worker_processes,
)

ROUTERS = (
    referrals.router,
    referral_steps.router,
    appointments.router,
    trajectories.router,
    trajectory_steps.router,
    subscriptions.router,
    deliveries.router,
    events.router,
    feedback_policies.router,
    organisations.router,
    records.router,
    partners.router,
    partner_deliveries.router,
    conflicts.router,
    worker_processes.router,
    code_lists.router,
    event_schemas.router,
    document.router,
)

OUTSIDE = (oauth.router, health.router, docs.router)
