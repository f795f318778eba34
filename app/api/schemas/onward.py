"""Onward referrals: what callers send, and what they read."""

from datetime import datetime
from uuid import UUID

from pydantic import Field as Described

from app.api.forms import CODE
from app.api.schemas.fields import CodeText, Out
from app.api.schemas.referral_out import ClientOut, CounsellorOut, ReferralLink
from app.api.schemas.steps import StepIn
from app.domain.codes import OnwardStatus, OutsideBody
from app.domain.commands import ReferOnward, ReportOnwardStatus


class OnwardReferralIn(StepIn):
    """The client goes to another organisation too (*doorverwijzing*)."""

    organisation_code: CodeText | None = Described(
        None, description=f"Code of the organisation to which it goes: {CODE.words}.", examples=["wijkteam-noord"]
    )
    outside_body: OutsideBody | None = Described(
        None,
        description="The body outside the hub to which it goes (*andere instantie*), in place of an organisation.",
        examples=["budget_course"],
    )

    def to_command(self) -> ReferOnward:
        """Return the command."""
        return ReferOnward(self.organisation_code, self.outside_body)


class OnwardStatusIn(StepIn):
    """What became of an onward referral (*stand van een doorverwijzing*)."""

    status: OnwardStatus = Described(description="The new status (*stand*).", examples=["accepted"])

    def to_command(self, onward_id: UUID) -> ReportOnwardStatus:
        """Return the command."""
        return ReportOnwardStatus(onward_id=onward_id, status=self.status)


class OnwardReferralOut(Out):
    """That the client was referred to another organisation too (*doorverwijzing*)."""

    id: UUID = Described(description="Your id of the onward referral.")
    referral: ReferralLink = Described(description="The referral that it is about.")
    to: str | None = Described(None, description="To whom (*naar*).", examples=["Gers met Geld"])
    status: OnwardStatus | None = Described(None, description="Where it is (*stand*).")
    made_at: datetime | None = Described(None, description="When it was made.", examples=["2026-11-24T09:00:00Z"])
    changed_at: datetime | None = Described(None, description="When it got its status.")


class OnwardReferralsOut(Out):
    """The onward referrals, oldest first (*doorverwijzingen*)."""

    items: list[OnwardReferralOut]


class ArrivalReferral(Out):
    """The referral from which the client comes."""

    id: UUID = Described(description="Your id of the referral.")
    area: str | None = Described(None, description="Area in which the client lives (*gebied*).", examples=["Noord"])


class ArrivalOut(Out):
    """A client who was referred to your organisation (*binnengekomen doorverwijzing*), with the client's consent."""

    id: UUID = Described(description="Your id of the onward referral.")
    referral: ArrivalReferral = Described(description="The referral from which the client comes.")
    status: OnwardStatus | None = Described(None, description="Where it is (*stand*).")
    made_at: datetime | None = Described(None, description="When it was made.", examples=["2026-11-24T09:00:00Z"])
    client: ClientOut | None = Described(None, description="Who the client is (*klant*).")
    counsellor: CounsellorOut | None = Described(None, description="With whom you can confer (*trajectbegeleider*).")


class ArrivalPageOut(Out):
    """A page of what arrived, newest first."""

    items: list[ArrivalOut]
    next_cursor: str | None = None
