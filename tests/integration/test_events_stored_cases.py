"""The event layer over the hub's own record: from an operation to what a partner is sent."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from app.bootstrap import build_delivery_engine, build_relay
from app.database import Connection, Database
from app.domain.codes import ConsentScope, OrganisationRole, ReferrerKind, System
from app.domain.commands import ActionContext, ConfirmReferral, RegisterReferral
from app.domain.events import Event, EventType
from app.domain.fields import FactValue, Field
from app.domain.values import ClientDetails, Consent, Counsellor, ReferralContents
from app.events.delivery.attempt import Channels
from app.events.delivery.context import CaseLookup
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.models.cases.external_id import external_id_of
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.cases.execute import ReferralRef, execute, register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services, build_services
from tests.support.event_env import CANARY, KEY, ORIGIN, START, FakePartner, MovableClock

REASON = "Kanarie-reden: schulden na scheiding"
EVIDENCE = "Kanarie-bewijs van toestemming"
REFERRER = "wijkteam-feijenoord"
REFERRAL = RegisterReferral(
    organisation_code=REFERRER,
    client=ClientDetails(given_name="Kim", family_name=CANARY, birth_date=date(1980, 2, 29), phone="0600000001"),
    contents=ReferralContents(
        area="Feijenoord",
        reason=REASON,
        consent=Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), date(2026, 11, 20), EVIDENCE),
    ),
    reference="WT-1",
)


class Installation:
    """The hub's record, with partners that only listen."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = MovableClock()
        self.services: Services = build_services(KEY, "rotterdam", self.clock)
        self.cases = CaseLookup(self.services.vault)
        self.allegro, self.gidso = FakePartner(System.ALLEGRO), FakePartner(System.GIDSO)
        self.allegro.external_id = "D-17"

    async def register(self) -> UUID:
        def work(tx: Connection) -> UUID:
            set_up_institutions(tx, self.services)
            details = ReferrerDetails(code=REFERRER, name="Wijkteam", kind=ReferrerKind.WIJKTEAM, system=System.GIDSO)
            save_referrer(tx, self.services, details)
            context = ActionContext(role=OrganisationRole.REFERRER, system=System.GIDSO, occurred_at=START)
            uow = UnitOfWork(tx, self.services)
            case = register(uow, REFERRAL, context)
            uow.flush()
            return case.id

        return await self.db.write(work)

    async def confirm(self, referral_id: UUID) -> None:
        def work(tx: Connection) -> None:
            context = ActionContext(
                role=OrganisationRole.FINANCE_TEAM, system=System.ALLEGRO, occurred_at=self.clock.now()
            )
            uow = UnitOfWork(tx, self.services)
            execute(uow, ReferralRef(referral_id), ConfirmReferral(Counsellor("T. Begeleider", "010")), context)
            uow.flush()

        await self.db.write(work)

    async def deliver(self) -> None:
        services = self.services
        sinks = {System.ALLEGRO: self.allegro, System.GIDSO: self.gidso}
        channels = Channels(WebhookSender(self.clock, OutboundClient(AddressPolicy())), sinks)
        await build_relay(self.db, services).once()
        await build_delivery_engine(self.db, services, ORIGIN, channels).drain()


@pytest.fixture
def hub(database: Database) -> Installation:
    return Installation(database)


async def test_finance_team_is_sent_the_referral_with_what_was_written_for_it_and_no_other_text(
    hub: Installation,
) -> None:
    referral = await hub.register()

    await hub.deliver()

    (message,) = hub.allegro.messages
    assert message.fields["client.family_name"] == CANARY
    assert message.fields["referral.reference"] == "WT-1"
    assert message.referral_id == referral
    assert message.fields["referral.reason"] == REASON
    assert EVIDENCE not in str(message.fields)
    assert await hub.db.read(external_id_of, System.ALLEGRO, [referral]) == {referral: "D-17"}


async def test_referrer_s_system_is_sent_the_confirmation_without_who_the_client_is(hub: Installation) -> None:
    referral = await hub.register()
    hub.clock.move(minutes=5)
    await hub.confirm(referral)

    await hub.deliver()

    received, confirmed = hub.gidso.messages
    assert (received.event_type, confirmed.event_type) == (EventType.REFERRAL_RECEIVED, EventType.REFERRAL_CONFIRMED)
    assert confirmed.fields["referral.id"] == str(referral)
    assert confirmed.fields["referral.status"] == "confirmed"
    for message in (received, confirmed):
        assert CANARY not in str(message.fields)
        assert REASON not in str(message.fields)


async def test_earlier_event_keeps_the_status_of_its_own_moment(hub: Installation) -> None:
    referral = await hub.register()
    await hub.confirm(referral)

    await hub.deliver()

    assert [message.fields["referral.status"] for message in hub.gidso.messages] == ["received", "confirmed"]


def missed(hub: Installation, referral_id: UUID, **facts: FactValue) -> Event:
    now = datetime.now(UTC)
    return Event(
        id=hub.services.new_id(now),
        type=EventType.INTAKE_MISSED,
        subject_id=referral_id,
        occurred_at=now,
        recorded_at=now,
        facts=facts,
    )


async def test_event_of_an_unknown_referral_has_no_case(hub: Installation) -> None:
    stray = missed(hub, uuid4())

    assert await hub.db.read(hub.cases.load_contexts, [stray], with_client=True) == {}


async def test_what_an_event_says_stands_before_what_the_case_says_now(hub: Installation) -> None:
    referral = await hub.register()
    said = missed(hub, referral, **{"attendance.missed_count": 7})

    cases = await hub.db.read(hub.cases.load_contexts, [said], with_client=True)

    assert cases[said.id].facts[Field.ATTENDANCE_MISSED_COUNT] == 7
    assert cases[said.id].facts[Field.OCCURRED_AT] == said.occurred_at


async def test_what_is_looked_up_for_a_referrer_leaves_out_the_client(hub: Installation) -> None:
    referral = await hub.register()
    event = missed(hub, referral)

    light = (await hub.db.read(hub.cases.load_contexts, [event], with_client=False))[event.id]
    full = (await hub.db.read(hub.cases.load_contexts, [event], with_client=True))[event.id]

    assert CANARY in map(str, full.facts.values())
    assert CANARY not in map(str, light.facts.values())
    assert Field.CONSENT_SCOPES in light.facts
