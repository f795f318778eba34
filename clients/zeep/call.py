"""Calls every operation of RMW's WSDL at its simulator."""

import json
import sys
from typing import Any
from uuid import uuid4

from zeep import Client
from zeep.exceptions import Fault
from zeep.wsse.username import UsernameToken

wsdl, simulator = sys.argv[1:]
with open(simulator) as file:
    url = json.load(file)["rmw"]
client = Client(wsdl, wsse=UsernameToken("trajecthub", "sandbox-rmw"))
(name,) = client.wsdl.bindings
service = client.create_service(name, f"{url}/rmw/services/aanmelding")
called: set[str] = set()


def call(operation: str, kind: str, **fields: object) -> Any:
    """Call an operation; ``kind`` is the code of the message, as in StUF."""
    called.add(operation)
    steering = {"berichtcode": kind, "zender": "TRAJECTHUB", "ontvanger": "RMW"}
    return getattr(service, operation)(stuurgegevens=steering, **fields)


listed = call("lijstAanmeldingen", "Lv01", registratiecode="SHV", vanafPositie=1, aantal=500)
number, reference = listed.aanmelding[0].aanmeldnummer, str(uuid4())
line = {"statuscode": "BE", "datum": "20260309", "toelichting": "Aanmelding bevestigd", "kenmerk": reference}
assert call("wijzigAanmeldcodeStatus", "Lk01", aanmeldnummer=number, **line).aanmeldnummer == number
assert call("sluitTab", "Lk01", aanmeldnummer=number, datum="20260309", kenmerk=reference).aanmeldnummer == number
client_of_team = {"voornaam": "Fatima", "achternaam": "Bakker", "geboortedatum": "19800101"}
onward = {"kenmerk": str(uuid4()), "teamcode": "wi-centrum", "klant": client_of_team}
arrived = call("meldDoorverwijzing", "Lk01", **onward).aanmeldnummer
assert call("meldDoorverwijzing", "Lk01", **onward).aanmeldnummer == arrived
assert reference in str(call("geefAanmelding", "Lv01", aanmeldnummer=number))
try:
    call("geefAanmelding", "Lv01", aanmeldnummer="R999999")
except Fault as fault:
    if fault.detail is None:
        sys.exit("a fault has no detail")
else:
    sys.exit("an unknown number is answered")

known = set(service._binding._operations)
assert called == known, f"not called: {known - called}"
print(f"result: all {len(called)} operations, and a fault")
