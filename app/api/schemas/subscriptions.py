"""Subscriptions to events by webhook (*abonnementen*)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints
from typing_extensions import TypeAliasType, override

from app.api.forms import PEM, URL
from app.api.schemas.codes import (
    AuthenticationKind,
    FeedbackMoment,
    PreviewObstacle,
    PreviewReason,
    SubscriptionContent,
    SubscriptionSigning,
    SubscriptionStatus,
    SubscriptionStatusReason,
)
from app.api.schemas.deliveries import OwedOut
from app.api.schemas.fields import Email, In, Line, Out, ShortLine
from app.api.shown_once import ShowsSecret
from app.domain.events import EventType
from app.domain.fields import Field as CaseField
from app.domain.key_bounds import LONGEST_CHAIN, LONGEST_PRIVATE_KEY
from app.operations.subscriptions.credentials import ClientCertificate, OAuthClient
from app.operations.subscriptions.recovery import Resumption
from app.operations.subscriptions.subscriptions import (
    Content,
    Signing,
    SubscriptionRequest,
    SubscriptionSettings,
    SubscriptionView,
)

MAX_TYPES = 50
MAX_AREAS = 20
MAX_OVERLAP_HOURS = 168

_URL = StringConstraints(max_length=2000, pattern=URL.pattern)
Chain = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CHAIN, pattern=PEM.pattern)]
PrivateKey = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PRIVATE_KEY, pattern=PEM.pattern)]


class OAuthIn(In):
    """The hub as a client of your token endpoint (OAuth 2.0 client credentials)."""

    kind: Literal["oauth"] = Field(description="Which way it is.")
    token_url: Annotated[str, _URL] = Field(
        description=f"Address of the token endpoint: {URL.words}.", examples=["https://login.example.nl/token"]
    )
    client_id: Line = Field(description="Id of the hub at your token endpoint.", examples=["trajecthub"])
    client_secret: Line = Field(description="Stored encrypted and never shown.", examples=["not-a-real-secret"])
    scope: Line | None = Field(None, description="The scope that the hub asks for.", examples=["hooks:write"])

    def credentials(self) -> OAuthClient:
        """Return the credentials as the operations take them."""
        return OAuthClient(
            token_url=self.token_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=self.scope or "",
        )


class MutualTlsIn(In):
    """The certificate that the hub presents when it connects (*tweezijdige TLS*)."""

    kind: Literal["mtls"] = Field(description="Which way it is.")
    certificate: Chain = Field(description="The chain as PEM, of at most ten, the hub's own certificate first.")
    private_key: PrivateKey = Field(
        description="Its key as PEM, without a passphrase: RSA of 2048 to 4096 bits, EC or Ed25519; stored "
        "encrypted and never shown."
    )

    def credentials(self) -> ClientCertificate:
        """Return the credentials as the operations take them."""
        return ClientCertificate(self.certificate, self.private_key)


AuthenticationIn = TypeAliasType(
    "AuthenticationIn",
    Annotated[
        OAuthIn | MutualTlsIn,
        Field(discriminator="kind", description="How the hub authenticates to an address (*authenticatie*)."),
    ],
)


class SubscriptionIn(In):
    """What to send, and where (*abonnement*)."""

    url: Annotated[str, _URL] = Field(
        description=f"Address that receives the events: {URL.words}. Path and query are called byte for byte as given.",
        examples=["https://hooks.example.nl/trajecthub"],
    )
    event_types: tuple[EventType, ...] = Field(
        (),
        max_length=MAX_TYPES,
        description="Types of event (*gebeurtenissen*). When absent: all types about referrals; for the finance team "
        "those about terms, for the operator all notices about connections.",
        examples=[["nl.trajecthub.referrals.confirmed.v1"]],
    )
    areas: tuple[ShortLine, ...] = Field(
        (),
        max_length=MAX_AREAS,
        description="Only referrals of clients who live in these areas (*gebieden*); all areas when absent.",
        examples=[["Feijenoord"]],
    )
    worker_email: Email | None = Field(
        None,
        description="Only referrals of this worker (*eigen cliënten van een medewerker*), by the e-mail address in the "
        "referral. It is stored as a keyed hash and never shown.",
        examples=["a.devries@example.nl"],
    )
    content: SubscriptionContent = Field(
        "filtered",
        description="`filtered`: all fields that may be disclosed to you; `thin`: ids only (*informatiearm*).",
        examples=["filtered"],
    )
    signing: SubscriptionSigning = Field(
        "v1",
        description="`v1`: signed with a shared secret; `v1a`: also with an ed25519 key of the hub (*handtekening*).",
        examples=["v1"],
    )
    authentication: AuthenticationIn | None = Field(
        None, description="How the hub authenticates to your address, in addition to its signature (*authenticatie*)."
    )

    @classmethod
    def merged(cls, present: SubscriptionView, patch: Mapping[str, JsonValue]) -> dict[str, object]:
        """Return what is stored as a document with a merge patch (RFC 7396) applied; null restores the default."""
        settings = {each.name: getattr(present.subscription, each.name) for each in fields(SubscriptionSettings)}
        shown = cls.model_validate({"url": present.url, **settings}, by_name=True).model_dump(by_alias=True)
        return {name: value for name, value in {**shown, **patch}.items() if value is not None}

    def request(self) -> SubscriptionRequest:
        """Return the request as the operations take it."""
        return SubscriptionRequest(
            url=self.url,
            settings=SubscriptionSettings(
                event_types=frozenset(self.event_types),
                areas=frozenset(self.areas),
                content=Content(self.content),
                signing=Signing(self.signing),
            ),
            worker_email=self.worker_email,
            credentials=self.authentication.credentials() if self.authentication else None,
        )


class SecretRotationIn(In):
    """How long the previous secret also signs (*sleutelwissel*)."""

    overlap_hours: int = Field(
        24, ge=0, le=MAX_OVERLAP_HOURS, description="Hours in which both secrets sign; 0 ends the previous one at once."
    )


class PreviewIn(In):
    """Which event to preview (*voorbeeld*)."""

    referral_id: UUID = Field(description="Your id of the referral (*aanmelding*).")
    event_type: EventType = Field(
        description="Type of event (*gebeurtenis*).", examples=["nl.trajecthub.referrals.confirmed.v1"]
    )


class SubscriptionOut(Out):
    """A subscription (*abonnement*)."""

    id: UUID
    organisation: str = Field(
        description="Code of the organisation that it belongs to (*organisatie*).", examples=["dock"]
    )
    url: str = Field(description="Address that receives the events.", examples=["https://hooks.example.nl/trajecthub"])
    event_types: list[EventType] = Field(description="Empty: all types about referrals; for the operator all notices.")
    areas: list[str] = Field(description="Empty: all areas.", examples=[["Feijenoord"]])
    filters_on_worker: bool = Field(description="Whether only the referrals of one worker are sent.", examples=[False])
    content: SubscriptionContent = Field(description="How much an event contains.")
    status: SubscriptionStatus = Field(
        description="`pending`: waits for the consent of the address; `disabled`: the address answered 410.",
        examples=["active"],
    )
    status_reason: SubscriptionStatusReason | None = Field(
        None,
        description="Why it is not active: the address is new, you asked, the address answered 410, or your "
        "organisation was cut off.",
    )
    signing: SubscriptionSigning = Field(description="How requests are signed.")
    public_key: str | None = Field(None, description="With `v1a`: the key with which you verify, `whpk_…`.")
    authentication: AuthenticationKind | None = Field(None, description="How the hub authenticates.")
    failing_since: datetime | None = Field(None, description="Since when deliveries fail.")
    previous_secret_expires_at: datetime | None = Field(None, description="Until when the previous secret also signs.")
    created_at: datetime = Field(description="When it was created.")
    changed_at: datetime = Field(description="When it was last changed.")


class NewSubscriptionOut(SubscriptionOut, ShowsSecret):
    """A subscription with its new signing secret, which is shown only this once, and in no repeated response."""

    secret: str | None = Field(
        None,
        repr=False,
        description="Signing secret of Standard Webhooks; keep it safe. Absent when the response is repeated for its "
        "`Idempotency-Key`, because the hub keeps no response with a secret.",
        examples=["whsec_bm90IGEgcmVhbCBzZWNyZXQgYnV0IGFuIGV4YW1wbGU="],
    )
    new_secret_from: str | None = Field(
        None,
        description="In a repeated response, in place of `secret`: POST to this path makes a new one, when the first "
        "response was lost.",
        examples=["/v1/subscriptions/0195fa10-2b1c-7d3e-8f40-5a6b7c8d9e0f/secret-rotation"],
    )

    @override
    def without_secret(self) -> Out:
        path = f"/v1/subscriptions/{self.id}/secret-rotation"
        return self.model_copy(update={"secret": None, "new_secret_from": path})


class ResumedSubscriptionOut(SubscriptionOut):
    """A subscription that is active again, and what it is sent by that."""

    owed: OwedOut = Field(description="What is sent by that.")


def subscription_out(shown_id: UUID, view: SubscriptionView) -> SubscriptionOut:
    """Return a subscription on the wire, under the id by which the caller knows it; with its secret when it is new."""
    found = view.subscription
    shown = SubscriptionOut(
        id=shown_id,
        organisation=view.owner.code,
        url=view.url,
        event_types=sorted(found.event_types),
        areas=sorted(found.areas),
        filters_on_worker=found.worker_index is not None,
        content=found.content,
        status=found.status,
        status_reason=found.status_reason,
        signing=found.signing,
        public_key=view.public_key,
        authentication=found.auth_kind,
        failing_since=found.failing_since,
        previous_secret_expires_at=found.previous_secret_expires_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )
    return NewSubscriptionOut(**shown.model_dump(), secret=view.secret) if view.secret else shown


def resumed_out(shown_id: UUID, resumption: Resumption) -> ResumedSubscriptionOut:
    """Return a resumed subscription on the wire, under the id by which the caller knows it."""
    shown = subscription_out(shown_id, resumption.view)
    return ResumedSubscriptionOut(**shown.model_dump(), owed=OwedOut.model_validate(resumption.owed))


class SubscriptionsOut(Out):
    """A page of your subscriptions, oldest first."""

    items: list[SubscriptionOut]
    next_cursor: str | None = None


class PreviewFieldOut(Out):
    """What the privacy gate decided on one field (*gegeven*)."""

    field: CaseField = Field(description="The field.", examples=["counsellor.name"])
    released: bool = Field(description="Whether it would be sent.", examples=[True])
    reason: PreviewReason = Field(description="`released`, or why not.", examples=["released"])
    rule_id: str | None = Field(None, description="The rule that decided; absent when no rule names the field.")


class PreviewOut(Out):
    """What would be sent now; names of fields, no values (*voorbeeld van een bericht*)."""

    would_be_sent: bool = Field(description="Whether anything would be sent.")
    obstacles: list[PreviewObstacle] = Field(
        description="Why nothing would be sent; empty when something would.", examples=[["area"]]
    )
    moment: FeedbackMoment = Field(description="The feedback moment of the event (*terugkoppelmoment*).")
    policy_version: str = Field(description="The version of the agreements (*terugkoppelafspraken*).")
    fields: list[PreviewFieldOut] = Field(description="The decision on each field.")
