"""The four proofs of the privacy gate, over every kind of receiver, every occasion and every field.

Golden matrix, non-interference, monotonicity and canaries; not only of the gate, but of what is read, sent and written.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
import structlog

from app.adapters.gidso.journal import to_line
from app.adapters.rmw.mapping import to_status_update
from app.database import Connection
from app.domain.codes import (
    FEEDBACK_MOMENTS,
    ClosureReason,
    ConsentScope,
    DebtSeverity,
    DisclosureOccasion,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    ReferrerKind,
    System,
    TrajectoryResult,
)
from app.domain.commands import (
    CloseTrajectory,
    ConcludeIntake,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
)
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field, FieldClass
from app.domain.ports import PartnerMessage
from app.domain.queries import ReferralQuery, TrajectoryQuery
from app.domain.values import ClientDetails, Consent, Organisation, ReferralContents, Worker
from app.events.contract.catalogue import fields_for
from app.events.contract.envelope import Origin
from app.models.delivery.disclosure import disclosures_about
from app.operations.access.organisations import ReferrerDetails, read_organisation, save_referrer
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import (
    page_of_referrals,
    page_of_trajectories,
    read_appointments,
    read_history,
    read_referral,
    referral_actions,
)
from app.operations.disclosure.explanation import explain
from app.operations.subscriptions.feed import EventFeed
from app.operations.subscriptions.preview import PreviewRequest, preview_for
from app.privacy.classification import CLASS_OF
from app.privacy.policy import REFERRER_KINDS, Effect, Policy
from tests.support.hub import ATTEND, CONFIRM, MISS, SCHEDULE, SIGN, TODAY, InProcessHub, dump_of, unreadable
from tests.support.privacy import CONSENT, FACTS, GIDSO_AND_RMW, POLICY, release_for
from tests.support.privacy_matrix import CELLS, WRITTEN, matrix
from tests.support.subscriptions import subscription

ORIGIN = Origin("0" * 20, "trajecthub", "https://hub.example.nl")

# Everything on which a rule depends, in every combination.
SETTINGS: list[dict[Field, object]] = [
    {Field.CONSENT_SCOPES: consent, Field.ATTENDANCE_MISSED_COUNT: missed, Field.RESULT_CODE: result}
    for consent, missed, result in product(
        (CONSENT, frozenset()),
        (0, 1, 2),
        (None, TrajectoryResult.KBR_APPLICATION, TrajectoryResult.NO_FURTHER_SUPPORT),
    )
]
OTHERS: dict[type, object] = {
    str: "another",
    bool: True,
    int: 99,
    date: date(2001, 1, 1),
    datetime: datetime(2001, 1, 1, tzinfo=UTC),
    UUID: UUID(int=7),
    tuple: ("another",),
    frozenset: frozenset({"another"}),
}


def other(field: Field) -> object:
    """Return another value of the same kind."""
    known = FACTS[field]
    return next((value for kind, value in OTHERS.items() if type(known) is kind), "another")


def test_the_golden_matrix_is_what_the_policy_says() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == matrix()


def test_the_settings_vary_all_that_the_rules_ask_about() -> None:
    assert set(SETTINGS[0]) == POLICY.asks
    assert set(FACTS) == set(Field)


@pytest.mark.parametrize(("kind", "occasion"), CELLS)
def test_no_withheld_field_changes_a_byte_of_what_is_told(kind: str, occasion: DisclosureOccasion) -> None:
    for setting in SETTINGS:
        facts = FACTS | setting
        before = release_for(kind, occasion, facts)
        withheld = [field for field in before.withheld if field not in POLICY.asks]

        for change in ({field: other(field) for field in withheld}, dict.fromkeys(withheld)):
            assert release_for(kind, occasion, facts | change).digest == before.digest


@pytest.mark.parametrize(("kind", "occasion"), CELLS)
def test_each_withheld_field_by_itself_changes_no_byte(kind: str, occasion: DisclosureOccasion) -> None:
    before = release_for(kind, occasion)

    telling = [
        field
        for field in before.withheld
        if field not in POLICY.asks
        and release_for(kind, occasion, FACTS | {field: other(field)}).digest != before.digest
    ]

    assert telling == []


PERMITS = [index for index, rule in enumerate(POLICY.rules) if rule.effect is not Effect.FORBID]


@pytest.mark.parametrize("index", PERMITS, ids=lambda index: POLICY.rules[index].id)
def test_taking_out_a_permit_widens_nothing_in_any_setting(index: int) -> None:
    rule = POLICY.rules[index]
    rest = Policy("less", POLICY.rules[:index] + POLICY.rules[index + 1 :], POLICY.financial_agreed)
    cells = product(sorted(rule.receivers), {*rule.occasions, DisclosureOccasion.READING}, SETTINGS[::4])

    widened = [
        (kind, occasion)
        for kind, occasion, setting in cells
        if not release_for(kind, occasion, FACTS | setting, rest).fields.items()
        <= release_for(kind, occasion, FACTS | setting).fields.items()
    ]

    assert widened == []


TOLD = [each for each, moment in OCCASION_OF.items() if moment is not None]
SECRET = [
    str(FACTS[field])
    for field in Field
    if CLASS_OF[field] in {FieldClass.IDENTITY, FieldClass.FREE_TEXT} or field.startswith(("client.", "worker."))
    if isinstance(FACTS[field], str | date) and field is not Field.CLIENT_SEX and len(str(FACTS[field])) > 2
]


@pytest.mark.parametrize(("kind", "event_type"), list(product(sorted(GIDSO_AND_RMW), TOLD)))
def test_no_journal_line_or_status_remark_holds_more_than_was_released(kind: str, event_type: EventType) -> None:
    moment = OCCASION_OF[event_type]
    assert moment is not None
    occasion = moment
    wanted = fields_for(event_type, occasion)
    fields = {field.value: value for field, value in release_for(kind, occasion).fields.items() if field in wanted}
    message = PartnerMessage(
        id=uuid4(),
        event_type=event_type,
        moment=moment,
        referral_id=uuid4(),
        external_id="1",
        occurred_at=datetime(2026, 11, 22, tzinfo=UTC),
        fields=fields,
    )

    written = f"{to_line(message)} {to_status_update(message)}"

    assert [secret for secret in SECRET if secret in written] == []


CANARIES = {
    "bsn": "999990019",
    "given name": "Kanarina",
    "family name": "Zwijgzaam-Vogel",
    "address": "Kanariestraat 77",
    "phone": "0687654321",
    "e-mail": "kanarina@vogel.example",
    "amount": "12.345,67",
    "worker": "Werkster Stilte",
}
CLIENT = ClientDetails(
    given_name=CANARIES["given name"],
    family_name=CANARIES["family name"],
    birth_date=date(1971, 7, 17),
    bsn=CANARIES["bsn"],
    address=CANARIES["address"],
    phone=CANARIES["phone"],
    email=CANARIES["e-mail"],
)
CONTENTS = ReferralContents(
    area="Charlois",
    worker=Worker(CANARIES["worker"]),
    reason=f"Schuld van {CANARIES['amount']} euro",
    debt_severity=DebtSeverity.HEAVY,
    life_domains=(LifeDomain.MENTAL_HEALTH,),
    wmo_indication=True,
    consent=Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), TODAY),
)
COURSE = (
    CONFIRM,
    SCHEDULE,
    MISS,
    SCHEDULE,
    MISS,
    SCHEDULE,
    ATTEND,
    ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY),
    SIGN,
    PauseTrajectory(),
    ResumeTrajectory(),
    RecordKbrStatus(KbrStatus.SUBMITTED, TODAY),
    RecordKbrStatus(KbrStatus.RECEIVED, TODAY),
    RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY),
    CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY),
)
SYSTEMS = {kind: System.GIDSO if kind in GIDSO_AND_RMW else System.API for kind in sorted(REFERRER_KINDS)}


def found_in(text: str) -> list[str]:
    return [name for name, canary in CANARIES.items() if canary.lower() in text.lower()]


async def referred(hub: InProcessHub, kind: str) -> tuple[Organisation, UUID]:
    """Register a referrer of this kind and a client full of canaries; returns both."""
    code = f"proof-{kind.replace('_', '-')}"
    details = ReferrerDetails(code=code, name=f"Proef {kind}", kind=ReferrerKind(kind), system=SYSTEMS[kind])
    await hub.db.write(save_referrer, hub.services, details)
    referral_id = await hub.refer(organisation_code=code, client=CLIENT, contents=CONTENTS)
    return await hub.db.read(read_organisation, code), referral_id


def everything_read(
    tx: Connection, hub: InProcessHub, caller_scope: CallerScope, referral_id: UUID
) -> Iterator[tuple[str, object]]:
    """Return all that a referrer reads of a referral, by what it asks for."""
    services = hub.services
    yield "referral", read_referral(tx, services, caller_scope, referral_id).digest
    yield "appointments", [each.digest for each in read_appointments(tx, services, caller_scope, referral_id)]
    yield "history", read_history(tx, services, caller_scope, referral_id)
    yield "actions", referral_actions(tx, services, caller_scope, referral_id)
    referrals, _ = page_of_referrals(
        tx, services, caller_scope, ReferralQuery(visibility=caller_scope.visibility, limit=10)
    )
    yield "list", [each.digest for each in referrals]
    trajectories, _ = page_of_trajectories(
        tx, services, caller_scope, TrajectoryQuery(visibility=caller_scope.visibility, limit=10)
    )
    yield "trajectories", [each.digest for each in trajectories]


async def read_all(hub: InProcessHub, caller_scope: CallerScope, referral_id: UUID) -> dict[str, object]:
    return await hub.db.read(lambda tx: dict(everything_read(tx, hub, caller_scope, referral_id)))


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
async def test_a_step_that_is_not_told_changes_no_byte_of_any_reading(sqlite_hub: InProcessHub, kind: str) -> None:
    hub = sqlite_hub
    owner, referral_id = await referred(hub, kind)
    caller_scope = CallerScope(owner)
    betrayed = []
    before = await read_all(hub, caller_scope, referral_id)

    for fact in COURSE:
        known = len(await hub.events(referral_id))
        await hub.tell(referral_id, fact)
        after = await read_all(hub, caller_scope, referral_id)
        moments = [OCCASION_OF[each.event.type] for each in (await hub.events(referral_id))[known:]]
        if not any(moment and POLICY.agrees(kind, moment) for moment in moments):
            betrayed += [(type(fact).__name__, name) for name in before if before[name] != after[name]]
        before = after

    assert betrayed == []


async def explained(hub: InProcessHub, owner: Organisation, referral_id: UUID) -> dict[str, object]:
    """Return every explanation and every preview that a referrer can ask for."""
    now, caller_scope = hub.services.clock.now(), CallerScope(owner)
    stored = subscription(owner.id, now, id=UUID(int=1))
    occasions = (*FEEDBACK_MOMENTS, DisclosureOccasion.READING)

    def all_of(tx: Connection) -> dict[str, object]:
        asked: dict[str, object] = {
            each: explain(tx, hub.services, caller_scope, referral_id, each) for each in occasions
        }
        return asked | {
            each: preview_for(tx, hub.services, caller_scope, stored, PreviewRequest(referral_id, each))
            for each in TOLD
        }

    return await hub.db.read(all_of)


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
async def test_no_explanation_or_preview_shows_a_fact_before_it_is_told(sqlite_hub: InProcessHub, kind: str) -> None:
    hub, betrayed = sqlite_hub, []
    owner, referral_id = await referred(hub, kind)
    feed, handed_out = EventFeed(hub.services, ORIGIN, owner), 0
    handed_out = (await hub.db.write(feed.next_page, handed_out, 100)).last_number
    before = await explained(hub, owner, referral_id)

    for fact in COURSE:
        await hub.tell(referral_id, fact)
        after = await explained(hub, owner, referral_id)
        page = await hub.db.write(feed.next_page, handed_out, 100)
        handed_out = page.last_number
        if not page.events:
            betrayed += [(type(fact).__name__, asked) for asked in before if before[asked] != after[asked]]
        # What was handed out is told, and shows from then on.
        before = await explained(hub, owner, referral_id) if page.events else after

    assert betrayed == []


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
async def test_what_is_read_and_told_over_a_whole_course_stays_within_the_matrix(
    sqlite_hub: InProcessHub, kind: str
) -> None:
    hub = sqlite_hub
    owner, referral_id = await referred(hub, kind)
    await hub.tell(referral_id, *COURSE)
    caller_scope = CallerScope(owner)
    widest = {occasion: set(release_for(kind, occasion).fields) for occasion in DisclosureOccasion}

    read = await hub.db.read(read_referral, hub.services, caller_scope, referral_id)
    page = await hub.db.write(EventFeed(hub.services, ORIGIN, owner).next_page, 0, 100)

    disclosures = await hub.db.read(disclosures_about, referral_id)
    assert set(read.fields) <= widest[DisclosureOccasion.READING]
    assert len(disclosures) == len(page.events) > 0
    assert all(set(each.fields) <= widest[DisclosureOccasion(str(each.moment))] for each in disclosures)
    assert found_in(b" ".join(page.events).decode()) == []


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
async def test_an_explanation_of_any_moment_holds_no_canary(sqlite_hub: InProcessHub, kind: str) -> None:
    hub = sqlite_hub
    owner, referral_id = await referred(hub, kind)
    await hub.tell(referral_id, *COURSE)

    explanations = [
        await hub.db.read(explain, hub.services, CallerScope(owner), referral_id, occasion)
        for occasion in (*FEEDBACK_MOMENTS, DisclosureOccasion.READING)
    ]

    assert found_in(repr(explanations)) == []


async def test_no_canary_stands_in_any_row_or_log_line(hub: InProcessHub) -> None:
    with structlog.testing.capture_logs() as lines:
        owner, referral_id = await referred(hub, "welzijnsorganisatie")
        await hub.tell(referral_id, *COURSE)
        await hub.db.write(EventFeed(hub.services, ORIGIN, owner).next_page, 0, 100)
        await hub.pull(unreadable("D-1", **{name.replace(" ", "_"): canary for name, canary in CANARIES.items()}))

    rows = repr(await hub.db.read(dump_of))

    assert found_in(rows) == []
    assert found_in(repr(lines)) == []
