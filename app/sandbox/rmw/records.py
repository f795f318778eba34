"""The data of the simulated RMW: registrations with their status lines, activity tab and XML."""

from collections.abc import Iterator
from typing import Final, TypedDict

from app.sandbox.lengths import too_long
from app.sandbox.rmw.messages import REGISTRATION
from app.sandbox.rmw.soap import FIELDS, GROUPS, RmwFault, registration_xml
from app.sandbox.runtime import Document, SettableClock, Store

STATUS_CODES: Final = {
    "ON": "Ontvangen",
    "BE": "Bevestigd",
    "AF": "Afgewezen",
    "DV": "Doorverwezen",
    "IN": "Ingetrokken",
    "IP": "Intake gepland",
    "IV": "Intake vervallen",
    "AV": "Afspraak voorgesteld",
    "MP": "Vervolgafspraak gepland",
    "MV": "Vervolgafspraak vervallen",
    "AM": "Morgen een afspraak",
    "GV": "Gegevens gevraagd",
    "GI": "Vraag om gegevens ingetrokken",
    "VS": "Verschenen",
    "NV": "Niet verschenen",
    "IR": "Intake afgerond",
    "PO": "Plan ondertekend",
    "AH": "Andere hulp nodig",
    "CV": "Contact verloren",
    "CH": "Contact hersteld",
    "VG": "Voortgang",
    "TB": "Andere trajectbegeleider",
    "ER": "Eerste resultaat",
    "WZ": "Wijziging",
    "UV": "Uitval",
    "AG": "Afgesloten",
}
"""RMW's status codes with their labels."""

_RECORDS: Final = "aanmeldingen"
_SWITCHES: Final = "schakelaars"


class StatusLine(TypedDict):
    """One line in the history of a referral code; fields as in the contract."""

    statuscode: str
    datum: str
    toelichting: str
    kenmerk: str
    verzoek: Document | None


class Registrations:
    """Registrations by number, and by referral code in the order in which they were saved."""

    def __init__(self, store: Store, clock: SettableClock) -> None:
        self._store, self._clock = store, clock
        self._numbers: dict[str, list[str]] = {}
        self._xml: dict[str, bytes] = {}
        for record in store.all(_RECORDS):
            self._index(record)

    @property
    def in_maintenance(self) -> bool:
        """Return whether the maintenance window is open."""
        switch = self._store.get(_SWITCHES, "onderhoud")
        return bool(switch and switch["aan"])

    def set_maintenance(self, wanted: bool) -> None:
        """Open or close the maintenance window."""
        self._store.put(_SWITCHES, "onderhoud", {"aan": wanted})

    def checked(self, document: object) -> Document:  # JSON of any type
        """Return a registration of the console if its field names, lengths and referral code are valid.

        Raises:
            ValueError: it is not valid; the message says why, in Dutch.
        """
        if not isinstance(document, dict) or not document.get("aanmeldnummer") or not document.get("aanmeldcode"):
            raise ValueError("Een aanmelding heeft een aanmeldnummer en een aanmeldcode")
        if unknown := sorted(_unknown_names(document)):
            raise ValueError(f"Onbekende velden: {', '.join(unknown)}")
        if long := list(too_long(document, REGISTRATION)):
            raise ValueError(" ".join(["Niets opgeslagen.", *long]))
        known = self._store.get(_RECORDS, document["aanmeldnummer"])
        if known and known["gegevens"]["aanmeldcode"] != document["aanmeldcode"]:
            raise ValueError("De aanmeldcode van een aanmelding verandert niet")
        registration_xml({"gegevens": document, "mutatienummer": 0, "tijdstipMutatie": "", "statussen": [], "tab": {}})
        return document

    def put(self, document: Document) -> bool:
        """Store a checked registration. Return False if it is stored already with the same content."""
        known = self._store.get(_RECORDS, document["aanmeldnummer"])
        if known and known["gegevens"] == document:
            return False
        record = known or {"mutatienummer": 0, "statussen": [], "tab": {"stand": "O"}}
        self._save({**record, "gegevens": document, "tijdstipMutatie": self._clock.now().isoformat()})
        return True

    def xml(self, number: str) -> bytes:
        """Return a registration as an ``aanmelding`` element of the contract.

        Raises:
            RmwFault: ONBEKEND, there is no such registration.
        """
        if number not in self._xml:
            raise RmwFault("ONBEKEND", "Geen aanmelding met dit aanmeldnummer")
        return self._xml[number]

    def listed(self, code: str, position: int, count: int) -> list[bytes]:
        """Return the elements of a referral code from a position, counted from 1."""
        return [self._xml[number] for number in self._numbers.get(code, [])[position - 1 : position - 1 + count]]

    def total(self, code: str) -> int:
        """Return the number of registrations with this referral code."""
        return len(self._numbers.get(code, ()))

    def add_status(self, number: str, line: StatusLine) -> int:
        """Append a status line, even if the same line exists. Return its number.

        Raises:
            RmwFault: ONBEKEND, there is no such registration; ONGELDIG, the status code is unknown.
        """
        record = self._known(number)
        if line["statuscode"] not in STATUS_CODES:
            raise RmwFault("ONGELDIG", "statuscode staat niet in de codelijst")
        received = {"ontvangen": self._clock.now().isoformat()}
        lines = [*record["statussen"], {name: value for name, value in line.items() if value is not None} | received]
        self._save({**record, "statussen": lines})
        return len(lines)

    def close_tab(self, number: str, on: str, reference: str) -> None:
        """Close the activity tab.

        Raises:
            RmwFault: ONBEKEND, there is no such registration; TABGESLOTEN, the tab is closed already.
        """
        record = self._known(number)
        if record["tab"]["stand"] == "G":
            raise RmwFault("TABGESLOTEN", "De tab is al gesloten")
        self._save({**record, "tab": {"stand": "G", "datumGesloten": on, "kenmerk": reference}})

    def shown(self, number: str) -> Document:
        """Return a registration with its status lines and tab as the console shows it.

        Raises:
            RmwFault: ONBEKEND, there is no such registration.
        """
        return _shown(self._known(number))

    def has(self, number: str) -> bool:
        """Return whether there is a registration with this number."""
        return number in self._xml

    def contents(self, number: str) -> Document:
        """Return what consultants registered.

        Raises:
            RmwFault: ONBEKEND, there is no such registration.
        """
        contents: Document = self._known(number)["gegevens"]
        return contents

    def newest(self, count: int) -> list[Document]:
        """Return the most recent registrations, newest first."""
        return [
            self.shown(record["gegevens"]["aanmeldnummer"]) for record in self._store.all(_RECORDS)[: -count - 1 : -1]
        ]

    def _known(self, number: str) -> Document:
        record = self._store.get(_RECORDS, number)
        if record is None:
            raise RmwFault("ONBEKEND", "Geen aanmelding met dit aanmeldnummer")
        return record

    def _save(self, record: Document) -> None:
        # RMW counts every change, including those by other systems: the number alone does not identify the content.
        record = {**record, "mutatienummer": record["mutatienummer"] + 1}
        self._store.put(_RECORDS, record["gegevens"]["aanmeldnummer"], record)
        self._index(record)

    def _index(self, record: Document) -> None:
        number, code = record["gegevens"]["aanmeldnummer"], record["gegevens"]["aanmeldcode"]
        if number not in self._xml:
            self._numbers.setdefault(code, []).append(number)
        self._xml[number] = registration_xml(record)


def _shown(record: Document) -> Document:
    return {**record["gegevens"], **{name: value for name, value in record.items() if name != "gegevens"}}


def _unknown_names(document: Document) -> Iterator[str]:
    yield from (name for name in document if name not in FIELDS)
    for group, names in GROUPS.items():
        value = document.get(group) or ()
        for each in value if isinstance(value, list) else (value,):
            yield from (f"{group}.{name}" for name in each if name not in names)
