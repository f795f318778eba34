"""What was agreed that a referral carries (domain.md, section 4): its place on each road in, and at Allegro."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.contracts import OPENAPI, XSD, Codes, codes, xsd_codes

Place = tuple[str, object]
"""The path of a field in a message, and what is said there."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """One agreed content of the form.

    Attributes:
        api: in a referral over the API; None where it cannot be said there.
        gidso: in GIDSO's registration.
        rmw: in RMW's registration.
        allegro: in the referral at Allegro.
        is_for_counsellor: whether it is a text that nobody else may find.
    """

    name: str
    api: Place | None
    gidso: Place | None
    rmw: Place | None
    allegro: Place
    is_for_counsellor: bool = False

    def place(self, road: str) -> Place | None:
        """Return the place on a road: ``api``, ``gidso`` or ``rmw``."""
        found: Place | None = getattr(self, road)
        return found


def _text(name: str, api: str, gidso: str, rmw: str, allegro: str, said: str, *, hidden: bool = False) -> Content:
    return Content(
        name=name,
        api=(api, said),
        gidso=(gidso, said),
        rmw=(rmw, said),
        allegro=(allegro, said),
        is_for_counsellor=hidden,
    )


def _code(name: str, api: Place, gidso: Place, rmw: Place, allegro: Place) -> Content:
    return Content(name=name, api=api, gidso=gidso, rmw=rmw, allegro=allegro)


_HELP = "Kanarie-Hulp"
_SCOPES = ["feedback_to_referrer", "referral"]
_SCOPES_IN_ALLEGRO = ["Terugkoppeling aan de verwijzer", "Aanmelding bij het expertiseteam"]

PICTURE: tuple[Content, ...] = (
    _text("reason", "reason", "Aanleiding", "aanleiding", "aanleiding", "Kanarie-Aanleiding", hidden=True),
    _text("motivation", "motivation", "Motivatie", "motivatie", "motivatie", "Kanarie-Motivatie", hidden=True),
    _text(
        "tried before",
        "tried",
        "EerderGeprobeerd",
        "eerderGeprobeerd",
        "eerderGeprobeerd",
        "Kanarie-Poging",
        hidden=True,
    ),
    Content(
        name="organisations that help now",
        api=("otherOrganisations", [{"kind": "volunteers", "name": _HELP}, {"kind": "social_work", "name": None}]),
        gidso=(
            "Betrokken",
            [{"Soort": "Vrijwilligers", "Naam": _HELP}, {"Soort": "MaatschappelijkWerk", "Naam": None}],
        ),
        rmw=("betrokken", [{"soort": "VR", "naam": _HELP}, {"soort": "MW"}]),
        allegro=(
            "betrokkenOrganisaties",
            [{"soort": "Vrijwilligers thuisadministratie", "naam": _HELP}, {"soort": "Maatschappelijk werk"}],
        ),
        is_for_counsellor=True,
    ),
    _text(
        "reference of the broad assessment",
        "assessment.reference",
        "BredeUitvraag.Kenmerk",
        "bredeUitvraag.kenmerk",
        "bredeUitvraag.kenmerk",
        "Kanarie-Kenmerk",
        hidden=True,
    ),
    _text(
        "who did the broad assessment",
        "assessment.doneBy",
        "BredeUitvraag.Door",
        "bredeUitvraag.door",
        "bredeUitvraag.gedaanDoor",
        "Team Uitvraag",
    ),
    _code(
        "life domains in which help is needed",
        ("assessment.lifeDomains", ["housing", "family"]),
        ("BredeUitvraag.Leefgebieden", ["Huisvesting", "GezinEnRelaties"]),
        ("bredeUitvraag.leefgebied", ["HU", "GR"]),
        ("bredeUitvraag.leefgebieden", ["Huisvesting", "Gezin en relaties"]),
    ),
    _text(
        "interpreter's language",
        "client.interpreterLanguage",
        "Burger.Tolktaal",
        "klant.tolktaal",
        "client.tolktaal",
        "ti",
    ),
    _code(
        "cautions at first contact",
        ("client.contactCautions", ["do_not_mention_credit_bank", "do_not_call"]),
        ("Burger.Aandachtspunten", ["KredietbankNietNoemen", "NietBellen"]),
        ("klant.aandachtspunt", ["KN", "NB"]),
        ("client.aandachtspunten", ["Kredietbank niet noemen bij eerste contact", "Niet bellen"]),
    ),
    _code(
        "preferred channel",
        ("client.preferredChannel", "through_referrer"),
        ("Burger.Voorkeurskanaal", "ViaMedewerker"),
        ("klant.voorkeurskanaal", "VM"),
        ("client.voorkeurskanaal", "Via de verwijzer"),
    ),
    _code(
        "consent to feedback",
        ("consent.scopes", _SCOPES),
        ("Toestemming.Terugkoppeling", True),
        ("toestemming.terugkoppeling", "J"),
        ("toestemming.waarvoor", _SCOPES_IN_ALLEGRO),
    ),
    _code(
        "consent to be referred",
        ("consent.scopes", _SCOPES),
        ("Toestemming.Aanmelding", True),
        ("toestemming.aanmelding", "J"),
        ("toestemming.waarvoor", _SCOPES_IN_ALLEGRO),
    ),
    _code(
        "day of consent",
        ("consent.givenOn", "2026-11-20"),
        ("Toestemming.Datum", "2026-11-20"),
        ("toestemming.datum", "20261120"),
        ("toestemming.gegevenOp", "2026-11-20"),
    ),
    _code(
        "form of consent",
        ("consent.form", "spoken"),
        ("Toestemming.Wijze", "Mondeling"),
        ("toestemming.wijze", "MO"),
        ("toestemming.wijze", "Mondeling"),
    ),
    _code(
        "income",
        ("incomeSituation", "under_way"),
        ("Inkomen", "Aangevraagd"),
        ("inkomen", "IA"),
        ("inkomenssituatie", "Inkomen is aangevraagd"),
    ),
    _code("debts", ("debtSeverity", "heavy"), ("Schulden", "Zwaar"), ("schulden", "ZW"), ("schuldensituatie", "Zwaar")),
    _code(
        "threats",
        ("threats", ["seizure"]),
        ("Dreigingen", ["Beslag"]),
        ("dreiging", ["BE"]),
        ("dreigingen", ["Beslag"]),
    ),
    _code(
        "protective administration",
        ("protectiveAdministration", True),
        ("Bewind", True),
        ("indBewind", "J"),
        ("bewindvoering", "J"),
    ),
    _code("running WSNP", ("runningWsnp", True), ("Wsnp", True), ("indWsnp", "J"), ("lopendeWsnp", "J")),
    _code(
        "three-way meeting",
        ("threeWayMeeting", True),
        ("Driegesprek.Gewenst", True),
        ("driegesprek", "J"),
        ("driegesprek.gewenst", "J"),
    ),
    _text("place of it", "meetingPlace", "Driegesprek.Locatie", "locatie", "driegesprek.plaats", "Huis van de Wijk"),
    _text("case lead", "caseLead", "Casusregisseur", "regie", "casusregisseur", "R. Regisseur"),
    _text("area", "area", "Gebied", "gebied", "gebied", "Charlois"),
    _text(
        "worker's name", "worker.name", "Medewerker.Naam", "consulent.naam", "verwijzer.medewerker.naam", "W. Werker"
    ),
    _text(
        "worker's phone",
        "worker.phone",
        "Medewerker.Telefoon",
        "consulent.telefoon",
        "verwijzer.medewerker.telefoon",
        "+31 10 7654321",
    ),
    _text(
        "worker's e-mail",
        "worker.email",
        "Medewerker.Email",
        "consulent.email",
        "verwijzer.medewerker.email",
        "w.werker@example.nl",
    ),
    _text("given name", "client.givenName", "Burger.Voornaam", "klant.voornaam", "client.voornaam", "Noor"),
    _text("family name", "client.familyName", "Burger.Achternaam", "klant.achternaam", "client.achternaam", "Jansen"),
    _code(
        "date of birth",
        ("client.birthDate", "1971-07-17"),
        ("Burger.Geboortedatum", "1971-07-17"),
        ("klant.geboortedatum", "19710717"),
        ("client.geboortedatum", "1971-07-17"),
    ),
    _text("address", "client.address", "Burger.Adres", "klant.adres", "client.adres", "Coolsingel 40, Rotterdam"),
    _text("phone", "client.phone", "Burger.Telefoon", "klant.telefoon", "client.telefoon", "+31 6 12345678"),
    _text("e-mail", "client.email", "Burger.Email", "klant.email", "client.email", "noor@example.nl"),
    # Only who works in one of the three systems may use it.
    Content(
        name="citizen service number",
        api=None,
        gidso=("Burger.Bsn", "999990032"),
        rmw=("klant.bsn", "999990032"),
        allegro=("client.bsn", "999990032"),
    ),
)
"""Every agreed content, with what is said of it."""

BY_THE_HUB = frozenset(
    {
        "kenmerkVerwijzer",
        "eerdereVerwijzing",
        "ontvangenOp",
        "adviezen",
        "verwijzer.organisatie",
        "verwijzer.soort",
        "toestemming.vastgelegdDoor",
        "toestemming.vastgelegdOp",
    }
)
"""What Allegro gets besides: keys, moments and advice, and the organisation as the hub knows it."""


def message(road: str, changes: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return everything that is said on a road, with other values at some paths."""
    said = dict(place for content in PICTURE if (place := content.place(road))) | dict(changes or {})
    return _nested(said.items())


def shown(document: Mapping[str, Any], path: str) -> object:
    """Return what is at a path of a document; None when it is absent."""
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def places_in(partner: str) -> Codes:
    """Return every place in the message about a referral in a partner's contract, with the codes that it takes."""
    if partner == "rmw":
        return xsd_codes(next(XSD.iterfind("*[@name='Aanmelding']")))
    return codes(
        partner, OPENAPI[partner]["components"]["schemas"]["Verwijzing" if partner == "allegro" else "Aanmelding"]
    )


def _nested(places: Iterable[Place]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for path, value in places:
        *groups, name = path.split(".")
        inner = document
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    return document
