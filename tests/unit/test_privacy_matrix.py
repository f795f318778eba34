"""The whole policy of Rotterdam against the agreements, written out. Source: domain.md, sections 7 and 8."""

from datetime import date
from itertools import product
from uuid import UUID

from app.adapters.gidso.journal import to_line
from app.adapters.rmw.mapping import to_status_update
from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion, ReferrerKind
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field, FieldClass
from app.domain.ports import PartnerMessage
from app.events.contract.catalogue import fields_for
from app.privacy.classification import CLASS_OF, ID_FIELDS
from app.privacy.gate import Receiver
from app.privacy.policy import RECEIVER_KINDS, REFERRER_KINDS
from tests.support.privacy import FACTS, GATE, GIDSO_AND_RMW, NOW, POLICY, PSEUDONYMS, release_for
from tests.support.privacy_matrix import CELLS, WRITTEN, matrix

# x disclosed; 2 from the second time; k on the route to the credit bank; c with the client's consent;
# l when the counsellor leads the case; d a drop-out, as a result; a when the worker was asked; - not disclosed.
# Columns: received, confirmed, intake planned, appointment proposed, meeting planned, appointment due, intake attended,
# missed, contact lost, intake result, plan signed, other help, progress, counsellor changed, first result, change,
# closed.
AGREED = """
                       rec con pla pro mee due att mis los res pln oth inf pro cou fir cha clo
vraagwijzer             x   x   x   x   a   x   -   -   l   -   x   x  x    -   x   -   -   x
wijkteam                x   x   x   x   a   x   -   2   x   x   x   x  x    -   x   k   -   x
jongerenloket           x   x   x   x   a   x   -   x   x   x   -   -  x    -   x   x   -   d
werk_en_inkomen         x   x   x   x   a   x   -   -   x   x   x   -  x    x   x   x   -   x
exit                    x   x   x   x   a   x   x   x   x   x   x   -  x    x   x   x   x   x
statushouders           x   x   x   x   a   x   -   -   x   x   x   -  x    x   x   x   -   x
detentie_reintegratie   x   x   x   x   a   x   x   x   x   -   -   -  x    -   x   x   -   x
prestatie010            x   x   x   x   a   x   x   x   x   -   -   -  x    -   x   x   x   x
welzijnsorganisatie     x   x   x   x   a   x   x   x   x   x   -   x  x    x   x   x   x   x
deurwaarder             x   x   -   -   -   -   x   c   c   -   -   -  x    -   -   -   c   c
reclassering            x   x   x   x   a   x   x   x   x   -   -   -  x    x   x   x   x   x
schuldenrechter         x   x   -   -   -   -   x   x   x   -   -   m  x    -   -   -   -   -
frontlijn               x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
bewindvoerder           x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
zorginstelling          x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
woningbouwvereniging    x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
overig                  x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
onbekend                x   x   -   -   -   -   -   -   -   -   -   -  x    -   -   -   -   c
"""

WITHOUT_STATUS = "referral.id referral.reference event.occurred_at"
NEWS = "referral.id referral.reference referral.status event.occurred_at"
APPOINTMENT = (
    "appointment.id appointment.kind appointment.place appointment.three_way appointment.minutes "
    "counsellor.name counsellor.phone"
)
INFORMATION = "information.id information.topic information.status information.due_on"
CLOSING = "referral.withdrawal_reason referral.closure_reason trajectory.closure_reason"
FIELDS_AT = {
    DisclosureOccasion.RECEIVED: f"{NEWS} referral.received_at referral.advice",
    DisclosureOccasion.CONFIRMED: f"{NEWS} referral.rejection_reason counsellor.name counsellor.phone",
    DisclosureOccasion.INTAKE_PLANNED: f"{NEWS} {APPOINTMENT} appointment.starts_at appointment.response "
    "appointment.cancellation_reason appointment.calendar_url",
    DisclosureOccasion.APPOINTMENT_PROPOSED: f"{WITHOUT_STATUS} {APPOINTMENT} appointment.proposed_times "
    "appointment.answer_by appointment.response",
    DisclosureOccasion.MEETING_PLANNED: f"{WITHOUT_STATUS} {APPOINTMENT} appointment.starts_at appointment.response "
    "appointment.cancellation_reason appointment.calendar_url",
    DisclosureOccasion.APPOINTMENT_DUE: f"{WITHOUT_STATUS} {APPOINTMENT} appointment.starts_at appointment.response "
    "appointment.calendar_url",
    DisclosureOccasion.INTAKE_ATTENDED: NEWS,
    DisclosureOccasion.MISSED: f"{NEWS} attendance.missed_count",
    DisclosureOccasion.CONTACT_LOST: f"{WITHOUT_STATUS} contact.lost_on contact.restored_on",
    DisclosureOccasion.INTAKE_RESULT: f"{NEWS} intake.result intake.concluded_on trajectory.id",
    DisclosureOccasion.PLAN_SIGNED: f"{NEWS} plan.signed_on trajectory.id",
    DisclosureOccasion.OTHER_HELP: f"{WITHOUT_STATUS} other_help.life_domains onward.id onward.to onward.status "
    "onward.made_at",
    DisclosureOccasion.INFORMATION_REQUESTED: f"{WITHOUT_STATUS} {INFORMATION}",
    DisclosureOccasion.PROGRESS: f"{WITHOUT_STATUS} progress.week progress.state progress.next_step progress.due_on "
    "term.extension_reason",
    DisclosureOccasion.COUNSELLOR_CHANGED: f"{WITHOUT_STATUS} counsellor.name counsellor.phone",
    DisclosureOccasion.FIRST_RESULT: f"{NEWS} result.code result.decided_on trajectory.id",
    DisclosureOccasion.CHANGE: f"{NEWS} trajectory.id trajectory.status kbr.status kbr.changed_on",
    DisclosureOccasion.CLOSED: f"{NEWS} {CLOSING}",
}
AT_A_DISTANCE = ("frontlijn", "bewindvoerder", "zorginstelling", "woningbouwvereniging", "overig", "onbekend")
IN_GIDSO_OR_RMW = (
    "vraagwijzer",
    "wijkteam",
    "jongerenloket",
    "werk_en_inkomen",
    "exit",
    "statushouders",
    "detentie_reintegratie",
    "prestatie010",
)
EXCEPT = {
    ("welzijnsorganisatie", DisclosureOccasion.MISSED): f"{NEWS} attendance.missed_count referral.requested_action",
    ("welzijnsorganisatie", DisclosureOccasion.CLOSED): f"{NEWS} {CLOSING} referral.requested_action",
    **{
        (
            kind,
            DisclosureOccasion.CONTACT_LOST,
        ): f"{WITHOUT_STATUS} contact.lost_on contact.restored_on contact.restore_by referral.requested_action"
        for kind in ("exit", "welzijnsorganisatie")
    },
    **{
        (kind, DisclosureOccasion.PLAN_SIGNED): f"{NEWS} plan.signed_on plan.document_reference trajectory.id"
        for kind in ("vraagwijzer", "wijkteam")
    },
    **{
        (kind, DisclosureOccasion.CHANGE): f"{NEWS} trajectory.status kbr.status kbr.changed_on"
        for kind in ("prestatie010", "reclassering")
    },
    ("deurwaarder", DisclosureOccasion.CHANGE): f"{NEWS} trajectory.status",
    (
        "jongerenloket",
        DisclosureOccasion.CLOSED,
    ): f"{NEWS} result.code result.decided_on trajectory.id trajectory.closure_reason",
    **{(kind, DisclosureOccasion.CLOSED): WITHOUT_STATUS for kind in AT_A_DISTANCE},
    **{("schuldenrechter", moment): NEWS for moment in FEEDBACK_MOMENTS},
    ("schuldenrechter", DisclosureOccasion.CONTACT_LOST): WITHOUT_STATUS,
    ("schuldenrechter", DisclosureOccasion.OTHER_HELP): WITHOUT_STATUS,
    ("schuldenrechter", DisclosureOccasion.INFORMATION_REQUESTED): f"{WITHOUT_STATUS} {INFORMATION}",
    # The text goes to the system in which the worker registers.
    **{
        (kind, DisclosureOccasion.INFORMATION_REQUESTED): f"{WITHOUT_STATUS} {INFORMATION} information.question"
        for kind in IN_GIDSO_OR_RMW
    },
}
NO_COUNSELLOR = frozenset(line.split()[0] for line in AGREED.splitlines()[2:] if line.split()[3] == "-")

MET: dict[str, dict[Field, object]] = {
    "d": {Field.RESULT_CODE: "no_further_support"},
    "m": {Field.ONWARD_STATUS: "made"},
}
"""What must be so for a cell to be disclosed, where the full case is otherwise."""

ROWS = [
    (line.split()[0], moment, mark)
    for line in AGREED.splitlines()[2:]
    for moment, mark in zip(FEEDBACK_MOMENTS, line.split()[1:], strict=True)
]


def expected_fields(kind: str, moment: DisclosureOccasion) -> set[str]:
    fields = set(EXCEPT.get((kind, moment), FIELDS_AT[moment]).split())
    if moment is DisclosureOccasion.CONFIRMED and kind in NO_COUNSELLOR:
        fields -= {"counsellor.name", "counsellor.phone"}
    return fields


OWN_IDS = {field: str(FACTS[field]) for field in ID_FIELDS}
PSEUDONYM_IDS = {field: str(PSEUDONYMS.of("organisation-1", UUID(own))) for field, own in OWN_IDS.items()}


def test_the_golden_matrix_is_what_the_policy_releases() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == matrix()


def test_the_table_of_agreements_names_every_referrer_kind() -> None:
    assert {kind for kind, _, _ in ROWS} == set(ReferrerKind)


def test_each_kind_gets_at_each_moment_exactly_what_is_agreed() -> None:
    found = [
        (kind, moment, set(released.fields) ^ agreed)
        for kind, moment, mark in ROWS
        for released in [release_for(kind, moment, FACTS | MET.get(mark, {}))]
        for agreed in [set[str]() if mark == "-" else expected_fields(kind, moment)]
        if set(released.fields) != agreed
    ]

    assert found == []


UNMET: dict[str, dict[Field, object]] = {
    "2": {Field.ATTENDANCE_MISSED_COUNT: 1},
    "k": {Field.RESULT_CODE: "budget_management"},
    "c": {Field.CONSENT_SCOPES: ()},
    "l": {Field.REFERRAL_LED_BY: "another"},
    "a": {Field.APPOINTMENT_RESPONSE: "not_asked"},
    "d": {Field.RESULT_CODE: "budget_management"},
    "m": {Field.ONWARD_STATUS: "ended"},
    "x": {Field.CONSENT_SCOPES: ()},
}


def test_only_the_marked_agreements_depend_on_a_condition() -> None:
    found = [
        (kind, moment, mark)
        for kind, moment, mark in ROWS
        if mark != "-" and bool(release_for(kind, moment, FACTS | UNMET[mark]).fields) is (mark != "x")
    ]

    assert found == []


def test_no_receiver_gets_care_or_free_text_by_an_event() -> None:
    found = [
        (kind, occasion, field)
        for (kind, occasion), count in product(CELLS, (0, 1, 2))
        if occasion is not DisclosureOccasion.READING
        for field in release_for(kind, occasion, FACTS | {Field.ATTENDANCE_MISSED_COUNT: count}).fields
        if CLASS_OF[field] in {FieldClass.CARE, FieldClass.FREE_TEXT}
    ]

    assert found == []


def test_no_receiver_gets_both_the_true_and_the_disclosed_status() -> None:
    both = {Field.REFERRAL_STATUS, Field.REFERRAL_DISCLOSED_STATUS}

    assert [cell for cell in CELLS if both <= release_for(*cell).fields.keys()] == []


def test_an_id_leaves_as_itself_to_who_works_in_the_three_systems_and_as_a_pseudonym_to_everyone_else() -> None:
    released = [
        (receiver, occasion, field, value)
        for (kind, occasion), inside in product(CELLS, (True, False))
        for receiver in [Receiver("organisation-1", kind, inside)]
        for field, value in GATE.release(receiver, occasion, FACTS).fields.items()
        if field in ID_FIELDS
    ]

    found = [each for each in released if each[3] != (OWN_IDS if each[0].inside else PSEUDONYM_IDS)[each[2]]]

    assert found == []
    assert {(receiver.inside, field) for receiver, _, field, _ in released} == set(product((True, False), ID_FIELDS))


def test_a_bsn_is_read_back_only_by_who_registers_in_a_partner_system() -> None:
    readers = {
        kind for kind in REFERRER_KINDS if Field.CLIENT_BSN in release_for(kind, DisclosureOccasion.READING).fields
    }

    assert readers == GIDSO_AND_RMW


READ_OF_THE_COURSE = {
    "vraagwijzer": "- - trajectory.id",
    "wijkteam": "- - trajectory.id",
    "jongerenloket": "- - trajectory.id",
    "werk_en_inkomen": "- - trajectory.id",
    "exit": "appointment.status trajectory.status trajectory.id",
    "statushouders": "- - trajectory.id",
    "detentie_reintegratie": "appointment.status - trajectory.id",
    "prestatie010": "appointment.status - trajectory.id",
    "welzijnsorganisatie": "appointment.status - trajectory.id",
    "reclassering": "appointment.status - trajectory.id",
    "deurwaarder": "- - -",
    "schuldenrechter": "- - -",
    "frontlijn": "- - -",
}


def test_a_status_is_read_only_where_every_moment_that_it_could_show_is_agreed() -> None:
    statuses = {Field.APPOINTMENT_STATUS, Field.TRAJECTORY_STATUS, Field.TRAJECTORY_ID}

    read = {kind: statuses & release_for(kind, DisclosureOccasion.READING).fields.keys() for kind in READ_OF_THE_COURSE}

    assert read == {kind: set(readable.split()) - {"-"} for kind, readable in READ_OF_THE_COURSE.items()}


def test_no_moment_discloses_a_new_trajectory_to_who_does_not_get_the_intake_result() -> None:
    of_the_trajectory = {
        field: None
        for field in Field
        if field.split(".")[0] in {"trajectory", "plan", "result", "kbr"} and field is not Field.TRAJECTORY_ID
    }
    started = FACTS | of_the_trajectory

    found = [
        (kind, moment)
        for kind in ("detentie_reintegratie", "prestatie010", "reclassering")
        for moment in FEEDBACK_MOMENTS
        if Field.TRAJECTORY_ID in release_for(kind, moment, started).fields
    ]

    assert found == []


def test_the_finance_team_reads_no_care_needs() -> None:
    fields = release_for("finance_team", DisclosureOccasion.READING).fields

    assert [field for field in fields if CLASS_OF[field] is FieldClass.CARE] == []
    assert CLASS_OF[Field.REFERRAL_WMO_INDICATION] is FieldClass.CARE


def test_the_credit_bank_reads_no_words_of_the_referrer() -> None:
    fields = release_for("credit_bank", DisclosureOccasion.READING).fields

    assert not {field for field in fields if CLASS_OF[field] in {FieldClass.FREE_TEXT, FieldClass.FOR_COUNSELLOR}}


def test_what_is_said_for_the_counsellor_goes_to_the_finance_team_and_back_to_who_said_it_only() -> None:
    said = {field for field in Field if CLASS_OF[field] is FieldClass.FOR_COUNSELLOR}
    received = {cell: said & release_for(*cell).fields.keys() for cell in CELLS}
    to_author = {(kind, DisclosureOccasion.READING) for kind in REFERRER_KINDS}
    to_finance_team = {("finance_team", on) for on in (DisclosureOccasion.READING, DisclosureOccasion.HANDLING)}

    assert received == {cell: said if cell in to_author | to_finance_team else set() for cell in CELLS}
    assert said


def test_an_operator_reads_nothing_of_a_client() -> None:
    fields = release_for("operator", DisclosureOccasion.READING).fields

    assert set(fields) == {
        "referral.id",
        "referral.status",
        "referral.received_at",
        "referral.area",
        "referral.organisation",
        "referral.organisation_kind",
    }


def test_only_the_finance_team_is_sent_something_to_handle_and_operators_which_term_of_which_referral() -> None:
    handled = {kind: release_for(kind, DisclosureOccasion.HANDLING).fields for kind in RECEIVER_KINDS}

    assert {kind for kind, fields in handled.items() if fields} == {"finance_team", "operator"}
    assert handled["operator"].keys() == {Field.REFERRAL_ID, Field.TERM_CODE, Field.TERM_DUE_ON, Field.OCCURRED_AT}


def test_every_rule_of_rotterdam_is_valid_from_the_start_of_the_pilot() -> None:
    assert {rule.valid_from for rule in POLICY.rules} == {date(2019, 3, 1)}


SECRETS = [
    str(FACTS[field])
    for field in Field
    if CLASS_OF[field] in {FieldClass.IDENTITY, FieldClass.FREE_TEXT, FieldClass.FOR_COUNSELLOR}
    or field.startswith(("client.", "worker."))
    if isinstance(FACTS[field], str | date) and field is not Field.CLIENT_SEX and len(str(FACTS[field])) > 2
]


def written_by_partners(kind: str, event_type: EventType, moment: DisclosureOccasion) -> str:
    """Return the journal line and the status remark about an event for this kind of referrer."""
    wanted = fields_for(event_type, moment)
    fields = {field.value: value for field, value in release_for(kind, moment).fields.items() if field in wanted}
    message = PartnerMessage(
        id=UUID(int=1),
        event_type=event_type,
        moment=moment,
        referral_id=UUID(int=2),
        external_id="1",
        occurred_at=NOW,
        fields=fields,
    )
    return f"{to_line(message)} {to_status_update(message)}"


def test_no_journal_line_or_status_remark_has_more_than_was_released() -> None:
    found = [
        (kind, event_type, secret)
        for kind, (event_type, moment) in product(sorted(GIDSO_AND_RMW), OCCASION_OF.items())
        if moment is not None
        for written in [written_by_partners(kind, event_type, moment)]
        for secret in SECRETS
        if secret in written
    ]

    assert found == []
