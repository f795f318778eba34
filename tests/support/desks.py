"""People at the pages of the simulated partners: each acts in the forms of its own system, as a browser sends them."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from app.domain.case import Case
from app.domain.codes import System
from app.operations.cases.queries import find_referral
from tests.support.partners_env import PartnersEnv

PERSON = {"voornaam": "Noor", "achternaam": "Voorbeeld", "geboortedatum": "1990-01-01", "gebied": "Charlois"}
TEAMS = {
    System.GIDSO: {"teamcode": "wijkteam-charlois", "teamsoort": "Wijkteam"},
    System.RMW: {"teamcode": "werk-en-inkomen"},
}


@dataclass(kw_only=True)
class Desk:
    """A person at the page of one case in a simulated partner."""

    partners: PartnersEnv
    system: System
    address: str

    async def page(self) -> str:
        """Return the page of the case as text."""
        answer = await self._http.get(self.address)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    async def fill_in(self, form: str, **values: object) -> str:
        """Fill in a form that is accepted, and let the hub read it and write to the others; return the next page."""
        answer = await self.send(form, **values)
        assert "Vastgelegd:" in answer.text, re.findall(r'role="alert">([^<]*)', answer.text)
        for system in System:
            if system in self.partners.consoles:
                await self.partners.worker.pull_and_deliver(system)
        return unescape(answer.text)

    async def send(self, form: str, **values: object) -> httpx.Response:
        """Send a form; return the answer after its redirect."""
        given = {name: str(value) for name, value in values.items()}
        return await self._http.post(self.address, data={"formulier": form, **given}, follow_redirects=True)

    async def open_forms(self) -> list[str]:
        """Return the names of the forms in which requests are answered."""
        return re.findall(r'value="(verzoek-[^"]+)"', await self.page())

    async def choices(self, form: str) -> list[str]:
        """Return the values of the first list in a form."""
        inside = (await self.page()).partition(f'value="{form}"')[2].partition("</form>")[0]
        return re.findall(r'<option value="([^"]*)"', inside.partition("</select>")[0])

    async def case(self) -> Case:
        """Return the case of the registration of this page."""
        code, reference = TEAMS[self.system]["teamcode"], self.address.rpartition("/")[2]
        referral_id = await self.partners.hub.db.read(find_referral, code, reference)
        assert referral_id
        return await self.partners.hub.case(referral_id)

    @property
    def _http(self) -> httpx.AsyncClient:
        return self.partners.consoles[self.system]


async def refer_in_form(partners: PartnersEnv, system: System, **more: Any) -> Desk:
    """Let a worker refer a client in a form of its system; return the worker at its page."""
    http, day = partners.consoles[system], f"{partners.hub.clock.now():%Y-%m-%d}"
    made = await http.post(
        "/aanmeldingen", data={**PERSON, **TEAMS[system], "datum": day, **more}, follow_redirects=True
    )
    assert "Vastgelegd:" in made.text, made.text
    await partners.worker.pull_and_deliver(system)
    await partners.worker.pull_and_deliver(System.ALLEGRO)
    addresses = re.findall(r'href="(/aanmeldingen/[^"]+)"', made.text)
    return Desk(partners=partners, system=system, address=addresses[0])


async def arrived_at(partners: PartnersEnv, system: System) -> Desk:
    """Return the worker of a team at the page of the client who was referred to it."""
    await partners.worker.pull_and_deliver(system)
    page = (await partners.consoles[system].get("/")).text
    (address,) = set(re.findall(r'href="(/aanmeldingen/D[^"]+)"', page))
    return Desk(partners=partners, system=system, address=address)


async def counsellor_of(partners: PartnersEnv) -> Desk:
    """Return the counsellor at the newest file in Allegro."""
    page = (await partners.consoles[System.ALLEGRO].get("/")).text
    (address, *_) = re.findall(r'href="(/dossiers/[^"]+)"', page)
    return Desk(partners=partners, system=System.ALLEGRO, address=address)
