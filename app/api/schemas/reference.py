"""Organisations (*organisaties*) and code lists (*codelijsten*)."""

from uuid import UUID

from pydantic import Field

from app.api.schemas.fields import In, Name, Out, ShortLine
from app.domain.codes import OrganisationRole, ReferrerKind, System


class OrganisationIn(In):
    """A referring organisation as it is registered (*verwijzer*)."""

    name: Name = Field(description="Name (*naam*).", examples=["DOCK"])
    kind: ReferrerKind = Field(description="Kind of referrer (*vindplaats*).", examples=["welzijnsorganisatie"])
    system: System = Field(
        System.API, description="The system in which it registers referrals (*registratiesysteem*).", examples=["api"]
    )
    area: ShortLine | None = Field(
        None, description="Area in which it works (*gebied*); absent: the whole city.", examples=["Feijenoord"]
    )


class OrganisationOut(Out):
    """An organisation that refers, guides, decides or operates (*organisatie*)."""

    id: UUID
    code: str = Field(description="Stable code, by which other records refer to the organisation.", examples=["dock"])
    name: str = Field(description="Name (*naam*).", examples=["DOCK"])
    role: OrganisationRole = Field(description="What it does in the process (*rol*).", examples=["referrer"])
    kind: ReferrerKind | None = Field(
        None, description="Kind of referrer (*vindplaats*).", examples=["welzijnsorganisatie"]
    )
    system: System = Field(
        description="The system in which it registers referrals (*registratiesysteem*).", examples=["api"]
    )
    area: str | None = Field(None, description="Area in which it works (*gebied*).", examples=["Feijenoord"])
    active: bool = Field(description="Whether it takes part at present (*actief*).", examples=[True])


class OrganisationPageOut(Out):
    """A page of organisations, by code."""

    items: list[OrganisationOut]
    next_cursor: str | None = Field(None, description="Cursor of the next page; absent on the last page.")


class CodeOut(Out):
    """A code with its Dutch label."""

    code: str = Field(description="The code, as the API uses it.", examples=["missed"])
    label: str = Field(description="The Dutch label (*omschrijving*).", examples=["Niet verschenen"])


class CodeListOut(Out):
    """A code list (*codelijst*)."""

    name: str = Field(description="Name of the list.", examples=["referral-statuses"])
    codes: list[CodeOut] = Field(description="Its codes, in the order of the list.")


class CodeListsOut(Out):
    """All code lists, by name."""

    items: list[CodeListOut]
