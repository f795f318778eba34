"""Prints a play as a timeline: who did what where, what was told to whom, what was withheld."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from app.domain.codes import System
from app.domain.events import MOMENT_OF
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.receivers import PartnerKey
from app.operations.disclosure.timeline import TimelineEntry

_COLOUR = {System.ALLEGRO: "magenta", System.GIDSO: "cyan", System.RMW: "yellow", System.API: "green"}
_NOT_WORTH_NAMING = frozenset({Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.OCCURRED_AT, Field.APPOINTMENT_ID})


class Timeline:
    """A timeline on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def heading(self, title: str, text: str) -> None:
        """Start the story of one referral."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}")
        self._console.print(f"[dim]{escape(text)}")

    def deed(self, moment: datetime, system: System, who: str, what: str) -> None:
        """Tell that somebody did something in a system."""
        colour = _COLOUR[system]
        when = f"{moment.astimezone(AMSTERDAM):%d-%m %H:%M}"
        place = "API" if system is System.API else system.label
        self._console.print(f"[dim]{when}[/]  [{colour}]{place:<8}[/] {escape(who)}: {escape(what)}")

    def chapters(self, referrer: str, system: System, chapters: Sequence[TimelineEntry]) -> None:
        """Tell what the hub made of it: for whom, with what, without what."""
        for chapter in chapters:
            if PartnerKey(System.ALLEGRO) in chapter.delivered_to:
                self._console.print("              [blue]→ Allegro[/] has the referral's file")
            moment = MOMENT_OF[chapter.type]
            if moment is None:
                continue
            if chapter.referrer_was_told:
                way = "webhook" if system is System.API else system.label
                told = _names(chapter.told)
                self._console.print(f"              [green]→ {escape(referrer)}[/] ({way}) {moment.label}: {told}")
                if withheld := _names(chapter.withheld):
                    self._console.print(f"              [red]  withheld:[/] [dim]{withheld}")
            else:
                self._console.print(f"              [red]✗ {escape(referrer)}[/] [dim]is not told: {moment.label}")

    def note(self, text: str) -> None:
        """Show how it looks at the receiving side."""
        self._console.print(f"              [dim italic]{escape(text)}")


def _names(fields: Sequence[Field]) -> str:
    return ", ".join(field.value for field in fields if field not in _NOT_WORTH_NAMING)
