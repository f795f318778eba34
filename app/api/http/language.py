"""Content negotiation: the language and media type that a request prefers."""

from starlette.datastructures import Headers
from starlette.types import Scope

_LONGEST = 1000


def prefers_dutch(scope: Scope) -> bool:
    """Return whether Accept-Language puts Dutch before English."""
    wanted = _weights(Headers(scope=scope).get("accept-language", ""))
    dutch = max((weight for name, weight in wanted.items() if name.split("-")[0] == "nl"), default=0.0)
    english = max((weight for name, weight in wanted.items() if name.split("-")[0] == "en"), default=0.0)
    return dutch > english


def accepts(scope: Scope, *media_types: str) -> bool:
    """Return whether the client accepts JSON, or one of these types; without an Accept header it accepts everything."""
    accept = Headers(scope=scope).get("accept")
    if not accept:
        return True
    wanted = _weights(accept)
    # The most specific range decides (RFC 9110, section 12.5.1).
    exact = ("application/json", "application/problem+json", *media_types)
    of_group = ("application/*", *(f"{each.partition('/')[0]}/*" for each in media_types))
    for ranges in (exact, of_group, ("*/*",)):
        weights = [wanted[each] for each in ranges if each in wanted]
        if weights:
            return max(weights) > 0
    return False


def _weights(header: str) -> dict[str, float]:
    weights = {}
    # Browsers send a tenth of it; what was cut off is no name of anything.
    for part in header[:_LONGEST].lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weights[name] = _number(quality)
    return weights


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
