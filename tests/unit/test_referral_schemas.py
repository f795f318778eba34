"""The schemas of the API, which are written out, have every field of a referral."""

import json

from app.api.schemas.referral_in import ReferralContentsIn, document_of
from app.api.schemas.referral_out import ReferralOut
from app.domain.commands import AmendReferral
from app.domain.fields import Field
from app.privacy.wire import wire_name
from tests.support.full_case import CLIENT, CONTENTS, OF_THE_EVENT


def test_everything_that_a_referrer_states_can_be_written_and_is_read_back() -> None:
    said = AmendReferral(CONTENTS, CLIENT.details)

    body = ReferralContentsIn.model_validate_json(json.dumps(document_of(said)))

    assert AmendReferral(body.contents(), body.details()) == said


def test_every_field_of_a_referral_is_described_for_who_reads_it() -> None:
    schema = ReferralOut.model_json_schema(mode="serialization")
    groups = {f"#/$defs/{name}": set(group.get("properties", ())) for name, group in schema["$defs"].items()}
    described = {("referral", name) for name in schema["properties"]} | {
        (name, inner)
        for name, field in schema["properties"].items()
        for form in field.get("anyOf", ())
        for inner in groups.get(form.get("$ref"), ())
    }

    assert {wire_name(field) for field in set(Field) - set(OF_THE_EVENT)} - described == set()
