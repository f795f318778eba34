"""Who is concerned by an event."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest

from app.domain.codes import PARTNERS, DisclosureOccasion, OrganisationRole, ReferrerKind, System
from app.domain.events import ABOUT_TERMS, ALSO_TO_ITS_SOURCE, FOR_FINANCE_TEAM, OCCASION_OF, Event, EventType
from app.domain.receivers import PartnerKey, ReceiverKey, SubscriptionKey
from app.domain.values import Organisation
from app.events.delivery.routing import FINANCE_TEAM, occasion_of, reader_of, receiver_for, routes
from app.models.cases.referral import RoutedReferral
from app.models.delivery.outbox import StoredEvent
from app.models.delivery.subscription import Subscription, SubscriptionStatus
from tests.support.subscriptions import subscription as new_subscription

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def referrer(system: System = System.GIDSO, kind: ReferrerKind | None = ReferrerKind.WIJKTEAM) -> Organisation:
    return Organisation(id=uuid4(), code="team", name="Team", role=OrganisationRole.REFERRER, kind=kind, system=system)


def stored(type: EventType, source: System = System.API) -> StoredEvent:
    return StoredEvent(1, source, Event(id=uuid4(), type=type, subject_id=uuid4(), occurred_at=NOW, recorded_at=NOW))


def subscription(of: Organisation, *types: EventType, status: SubscriptionStatus) -> Subscription:
    return new_subscription(of.id, NOW, event_types=types, status=status)


def receivers(event: StoredEvent, of: Organisation, *subscriptions: Subscription) -> list[ReceiverKey]:
    return [route.receiver for route in routes(event, RoutedReferral(of, area="Centrum"), subscriptions)]


def test_finance_team_is_sent_what_the_referrer_did_and_nothing_else() -> None:
    sent = {type for type in EventType if PartnerKey(System.ALLEGRO) in receivers(stored(type), referrer())}

    assert sent == FOR_FINANCE_TEAM


def test_finance_team_is_not_sent_what_came_from_it() -> None:
    sent_back = {
        type for type in EventType if PartnerKey(System.ALLEGRO) in receivers(stored(type, System.ALLEGRO), referrer())
    }

    assert sent_back == ALSO_TO_ITS_SOURCE


def test_referrer_s_own_system_is_sent_the_feedback_moments() -> None:
    # Every partner but the finance team's own system is one in which referrers register.
    registering = set(PARTNERS) - {System.ALLEGRO}
    wrong = [
        (type, system, found)
        for type, system in product(set(EventType) - ALSO_TO_ITS_SOURCE, System)
        for found in [receivers(stored(type, System.ALLEGRO), referrer(system))]
        if found != ([PartnerKey(system)] if system in registering and OCCASION_OF[type] else [])
    ]

    assert wrong == []


def test_subscription_is_sent_only_the_types_it_asked_for() -> None:
    team = referrer(System.API)
    one = subscription(team, EventType.INTAKE_MISSED, status=SubscriptionStatus.ACTIVE)

    assert receivers(stored(EventType.INTAKE_MISSED), team, one) == [SubscriptionKey(one.id)]
    assert receivers(stored(EventType.INTAKE_ATTENDED), team, one) == []


def test_subscription_is_not_sent_what_is_no_feedback_moment() -> None:
    team = referrer(System.API)
    everything = subscription(team, status=SubscriptionStatus.ACTIVE)

    assert receivers(stored(EventType.SIGNAL_GIVEN, System.ALLEGRO), team, everything) == []


def test_paused_subscription_is_owed_but_parked() -> None:
    team = referrer(System.API)
    paused = subscription(team, status=SubscriptionStatus.PAUSED)

    found = list(routes(stored(EventType.INTAKE_MISSED), RoutedReferral(team, area="Centrum"), [paused]))

    assert [route.is_parked for route in found] == [True]


@pytest.mark.parametrize(("system", "inside"), [(System.GIDSO, True), (System.RMW, True), (System.API, False)])
def test_only_who_works_in_a_partner_system_is_inside(system: System, inside: bool) -> None:
    team = referrer(system)

    known = receiver_for(SubscriptionKey(uuid4()), EventType.INTAKE_MISSED, team)

    assert (known.key, known.kind, known.inside) == (str(team.id), "wijkteam", inside)


def test_allegro_is_the_finance_team_and_handles() -> None:
    known = receiver_for(PartnerKey(System.ALLEGRO), EventType.SIGNAL_GIVEN, referrer(System.API))

    assert (known.key, known.kind, known.inside) == ("allegro", "finance_team", True)
    assert occasion_of(PartnerKey(System.ALLEGRO), EventType.SIGNAL_GIVEN) is DisclosureOccasion.HANDLING


def test_occasion_of_a_referrer_is_the_event_s_moment() -> None:
    assert occasion_of(PartnerKey(System.GIDSO), EventType.INTAKE_MISSED) is DisclosureOccasion.MISSED


def test_event_of_no_moment_has_no_occasion_for_a_referrer() -> None:
    with pytest.raises(ValueError, match="finance team only"):
        occasion_of(PartnerKey(System.GIDSO), EventType.SIGNAL_GIVEN)


def test_organisation_that_is_no_referrer_has_no_kind_that_is_sent_anything() -> None:
    known = receiver_for(PartnerKey(System.GIDSO), EventType.INTAKE_MISSED, referrer(kind=None))

    assert known.kind == "unknown"


def test_what_is_about_terms_is_the_finance_team_s_whoever_the_subscription_belongs_to() -> None:
    team, finance_team = referrer(System.GIDSO), uuid4()
    everything = new_subscription(finance_team, NOW, event_types=(), status=SubscriptionStatus.ACTIVE)
    for event_type in ABOUT_TERMS:
        event = replace(stored(event_type), organisation_id=finance_team)
        own = SubscriptionKey(everything.id)

        assert receivers(event, team, everything) == [PartnerKey(System.ALLEGRO), own]
        misplaced = replace(event, organisation_id=team.id)
        assert receivers(misplaced, team, subscription(team, status=SubscriptionStatus.ACTIVE)) == [FINANCE_TEAM]
        assert reader_of(event, RoutedReferral(team, area="Centrum")) == finance_team
        known = receiver_for(own, event_type, team)
        assert (known.kind, known.inside) == ("finance_team", True)
        assert occasion_of(own, event_type) is DisclosureOccasion.HANDLING
