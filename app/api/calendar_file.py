"""Appointments as iCalendar (RFC 5545), for whoever takes part; nothing in it is about the client."""

from collections.abc import Mapping
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress

from app.domain.codes import AppointmentKind
from app.domain.fields import FactValue, Field
from app.domain.meetings import end_of
from app.operations.cases.calendar import CalendarEntry
from app.privacy.wire import with_addresses

MEDIA_TYPE = "text/calendar"
"""The media type of a calendar file."""


def calendar_file(entry: CalendarEntry, api_url: str, organiser: str, now: datetime) -> bytes:
    """Return an appointment as a calendar with one event, which has the same UID as long as it is moved.

    Args:
        entry: the appointment.
        api_url: base of the API with its version; its host makes the UID worldwide unique.
        organiser: the name of who plans it.
        now: when the file is made.
    """
    fields = with_addresses(entry.view.fields, api_url)
    calendar = Calendar()
    calendar.add("prodid", "-//trajecthub//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.is_cancelled else "PUBLISH")
    calendar.add_component(_event(entry, fields, api_url, organiser, now))
    return bytes(calendar.to_ical())


def _event(
    entry: CalendarEntry, fields: Mapping[Field, FactValue], api_url: str, organiser: str, now: datetime
) -> Event:
    starts_at, minutes = _moment(fields), fields.get(Field.APPOINTMENT_MINUTES)
    event = Event()
    event.add("uid", f"{entry.series_id}@{api_url.split('://')[-1].split('/')[0]}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", end_of(starts_at, minutes if isinstance(minutes, int) else None))
    event.add("summary", AppointmentKind(str(fields.get(Field.APPOINTMENT_KIND) or AppointmentKind.INTAKE)).label)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("organizer", _organiser(organiser, api_url))
    if place := fields.get(Field.APPOINTMENT_PLACE):
        event.add("location", str(place))
    if name := fields.get(Field.COUNSELLOR_NAME):
        phone = fields.get(Field.COUNSELLOR_PHONE)
        event.add("description", f"Trajectbegeleider: {name}{f', {phone}' if phone else ''}")
    if address := fields.get(Field.APPOINTMENT_CALENDAR_URL):
        event.add("url", str(address).removesuffix("/calendar"))
    return event


def _organiser(name: str, api_url: str) -> vCalAddress:
    address = vCalAddress(api_url)
    address.params["CN"] = name
    return address


def _moment(fields: Mapping[Field, FactValue]) -> datetime:
    # In UTC, so that it is the same moment in every calendar, whatever it knows of daylight saving.
    return datetime.fromisoformat(str(fields[Field.APPOINTMENT_STARTS_AT]))
