"""Prints scenarios as a timeline: the actions of people, and the fields that were disclosed and withheld."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from app.domain.codes import System
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.receivers import PartnerKey
from app.operations.disclosure.timeline import TimelineEntry

_COLOUR = {System.ALLEGRO: "magenta", System.GIDSO: "cyan", System.RMW: "yellow", System.API: "green"}
_FILE = "has the referral's file"
_FOR_COUNSELLOR = {
    EventType.APPOINTMENT_RESPONDED: "shows the counsellor the worker's answer",
    EventType.INFORMATION_ANSWERED: "shows the counsellor the answer to the question",
    EventType.SIGNAL_GIVEN: "shows the counsellor the signal",
    EventType.ONWARD_REFERRAL_CHANGED: "shows the counsellor what became of the onward referral",
    EventType.TERM_APPROACHING: "is notified that a term approaches",
    EventType.TERM_BREACHED: "is notified that a term has passed",
}
_NOT_SHOWN = frozenset({Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.OCCURRED_AT, Field.APPOINTMENT_ID})


class Timeline:
    """A timeline on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def heading(self, title: str, text: str) -> None:
        """Print the heading of a scenario."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}")
        self._console.print(f"[dim]{escape(text)}")

    def action(self, at: datetime, system: System, who: str, what: str) -> None:
        """Print what somebody did in a system."""
        colour = _COLOUR[system]
        when = f"{at.astimezone(AMSTERDAM):%d-%m %H:%M}"
        place = "API" if system is System.API else system.label
        self._console.print(f"[dim]{when}[/]  [{colour}]{place:<8}[/] {escape(who)}: {escape(what)}")

    def passed(self, at: datetime, what: str) -> None:
        """Print what the hub does because time has passed."""
        self._console.print(f"[dim]{at.astimezone(AMSTERDAM):%d-%m %H:%M}[/]  [bold]{'hub':<8}[/] {escape(what)}")

    def disclosures(self, referrer: str, system: System, entries: Sequence[TimelineEntry]) -> None:
        """Print what the hub sent to the referrer, and what it withheld."""
        for entry in entries:
            if PartnerKey(System.ALLEGRO) in entry.delivered_to:
                self._console.print(f"              [blue]→ Allegro[/] {_FOR_COUNSELLOR.get(entry.type, _FILE)}")
            moment = OCCASION_OF[entry.type]
            if moment is None:
                continue
            if entry.reached_referrer:
                channel = "webhook" if system is System.API else system.label
                disclosed = _names(entry.disclosed)
                self._console.print(
                    f"              [green]→ {escape(referrer)}[/] ({channel}) {moment.label}: {disclosed}"
                )
                if withheld := _names(entry.withheld):
                    self._console.print(f"              [red]  withheld:[/] [dim]{withheld}")
            else:
                self._console.print(f"              [red]✗ {escape(referrer)}[/] [dim]not informed: {moment.label}")

    def seen_by_counsellor(self, said: Iterable[tuple[str, str]]) -> None:
        """Print what a counsellor sees of a referral in Allegro: the name of each part, and what it says."""
        self._console.print("              [blue]→ Allegro[/] shows the counsellor")
        for name, text in said:
            self._console.print(f"              [blue]  {escape(name)}:[/] [dim]{escape(text)}")

    def note(self, text: str) -> None:
        """Print a remark, for example what the receiver stored."""
        self._console.print(f"              [dim italic]{escape(text)}")


def _names(fields: Sequence[Field]) -> str:
    return ", ".join(field.value for field in fields if field not in _NOT_SHOWN)
