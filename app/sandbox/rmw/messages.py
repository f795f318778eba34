"""The texts of RMW's messages and their maximum lengths; those of a registration are read from its contract."""

from typing import Final

from app.sandbox.contract_fields import xsd_limits
from app.sandbox.lengths import Limits

REGISTRATION: Final = xsd_limits("rmw", "Aanmelding")
"""The text fields of a registration (*aanmelding*) that consultants type."""

REQUEST: Final[Limits] = {
    "aanmeldnummer": 20,
    "toelichting": 200,
    "kenmerk": 40,
    **{f"verzoek.{field}": limit for field, limit in xsd_limits("rmw", "Verzoek").items()},
}
"""The text fields of a request."""
