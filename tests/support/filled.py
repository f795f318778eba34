"""A hub in which every sealed column of every table has a value in at least two rows."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import InformationTopic, PartyRole, SignalKind, System
from app.domain.commands import AddParty, AnswerInformation, GiveSignal, RequestInformation
from app.domain.fields import Field
from app.domain.ownership import ConflictReason
from app.domain.values import Participant
from app.events.http.signing import new_secret
from app.models.delivery.subscription import Signing, SubscriptionSettings
from app.oauth_client import OAuthClient
from app.operations.access.idempotency import Answer, Change, IdempotentRequest, once
from app.operations.access.organisations import read_organisation
from app.operations.access.signing_keys import SigningKey, add_signing_key
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.cases.write import write_case_once
from app.operations.field_sync.conflict_values import ConflictValues
from app.operations.services import Services
from app.operations.subscriptions.lookup import SubscriptionRef
from app.operations.subscriptions.subscriptions import (
    SubscriptionRequest,
    SubscriptionTerms,
    create_subscription,
    rotate_secret,
)
from tests.support.hub import DOCK, InProcessHub, unreadable
from tests.support.privacy_canaries import CLIENT, CONTENTS, COURSE

_CLIENT = replace(CLIENT, sex="Kanarie-Geslacht", interpreter_language="Kanarisch")

PLACE, PARTICIPANT, DOCUMENT, CONTACT = "Kanariezaal", "Kanarie-Deelnemer", "Kanarie-Document", "Kanarie-Contact"
URL_TOKEN, OAUTH_SECRET, PRIVATE_KEY = "kanarie-token", new_secret(), b"kanarie-sleutel"
VALUE = "Kanarie-Waarde"
API_CLIENT = "dock"


async def fill(hub: InProcessHub) -> None:
    """Store two of everything that is sealed."""
    await hub.refer(client=replace(_CLIENT, bsn="999990020"))
    for number in range(2):
        referral_id = await hub.refer(client=_CLIENT, contents=CONTENTS, organisation_code=DOCK.code)
        await hub.execute(referral_id, *map(with_canaries, COURSE[:-1]))
        await hub.execute(referral_id, AddParty(organisation="Humanitas", role=PartyRole.SUPPORT, contact=CONTACT))
        await _correspond(hub, referral_id)
        await hub.db.write(_add_conflict, hub.services, referral_id)
        await hub.pull(unreadable(f"D-{number}", naam=VALUE))
        await hub.db.write(add_signing_key, hub.services, SigningKey(f"key-{number}", PRIVATE_KEY, {}))
        await hub.db.write(subscribe, hub.services)
        await _answer(hub, referral_id, number)


def with_canaries(command: object) -> object:
    """Return a command that states a canary in every text that is sealed."""
    match type(command).__name__:
        case "ScheduleIntake":
            return replace(command, place=PLACE, participants=(Participant(PARTICIPANT),))  # type: ignore[type-var]
        case "SignPlan":
            return replace(command, document_reference=DOCUMENT)  # type: ignore[type-var]
    return command


async def _correspond(hub: InProcessHub, referral_id: UUID) -> None:
    """Store a question with its answer, and a signal with a text."""
    await hub.execute(referral_id, RequestInformation(topic=InformationTopic.OTHER, question=VALUE))
    (*_, asked) = (await hub.case(referral_id)).information_requests
    await hub.execute(referral_id, AnswerInformation(asked.id, VALUE), GiveSignal(SignalKind.WORKER_CHANGED, VALUE))


async def _answer(hub: InProcessHub, referral_id: UUID, number: int) -> None:
    """Store an answer about a case, and one about none."""

    def about_case(uow: UnitOfWork) -> tuple[Case, Answer]:
        case = uow.cases.lock(referral_id)
        assert case is not None
        return case, Answer(status=200, body=VALUE.encode())

    asked = IdempotentRequest(
        organisation_id=UUID(int=1), api_client=API_CLIENT, key=f"case-{number}", fingerprint=bytes(32)
    )
    await write_case_once(hub.db, hub.services, asked, about_case)
    secret, shown = Answer(status=201, body=OAUTH_SECRET.encode(), stored_body=b"{}"), VALUE.encode()
    change = Change(lambda _: replace(secret, stored_body=shown))
    await once(hub.db, hub.services, replace(asked, key=f"other-{number}"), change)


def _add_conflict(tx: Connection, services: Services, referral_id: UUID) -> None:
    uow = UnitOfWork(tx, services)
    uow.cases.lock(referral_id)
    values = ConflictValues(hub=VALUE, partner=VALUE, is_base=True)
    uow.known_values.add_conflict(
        (System.GIDSO, referral_id), Field.REFERRAL_REASON, ConflictReason.NOT_THE_OWNER, values
    )
    uow.flush()


def subscribe(tx: Connection, services: Services) -> None:
    """Store a subscription with every secret that one can have."""
    owner = read_organisation(tx, DOCK.code)
    request = SubscriptionRequest(
        settings=SubscriptionSettings(signing=Signing.V1A),
        url=f"https://hooks.example.nl/{URL_TOKEN}",
        credentials=OAuthClient(token_url="https://hooks.example.nl", client_id="hub", client_secret=OAUTH_SECRET),
    )
    made = create_subscription(tx, services, owner, request, SubscriptionTerms(limit=10, consent_needed=False))
    rotate_secret(tx, services, SubscriptionRef(owner, made.subscription.id, if_match="*"), timedelta(hours=1))
