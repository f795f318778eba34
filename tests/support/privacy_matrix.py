"""The whole privacy matrix, written out for people: which kind of receiver gets which field, and how.

After an intended change of the policy, ``python -m tests.support.privacy_matrix`` writes the file again; read the
difference before committing it.
"""

from pathlib import Path

from app.domain.codes import DisclosureOccasion
from app.privacy.policy import RECEIVER_KINDS, Effect
from tests.support.privacy import release_for

WRITTEN = Path(__file__).parents[1] / "unit" / "privacy_matrix.txt"

CELLS = [(kind, occasion) for kind in sorted(RECEIVER_KINDS) for occasion in DisclosureOccasion]
"""Every kind of receiver on every occasion."""

_MARKS = {Effect.RELEASE: "", Effect.COARSEN: "~", Effect.PSEUDONYMISE: "#"}
_HEAD = """\
# What each kind of receiver gets at most on each occasion: consent given, conditions met, every field known.
# ~ less precisely; # an id, outside the three systems the receiver's own pseudonym.
"""


def line(kind: str, occasion: DisclosureOccasion) -> str:
    """Return what is released to one kind on one occasion, in the order of the fields."""
    decisions = release_for(kind, occasion).decisions
    fields = [f"{_MARKS[each.effect]}{each.field}" for each in decisions if each.effect is not None]
    return f"{kind} {occasion}: {', '.join(fields) or '-'}"


def matrix() -> str:
    """Return every cell, a line each."""
    return _HEAD + "".join(f"{line(kind, occasion)}\n" for kind, occasion in CELLS)


if __name__ == "__main__":
    WRITTEN.write_text(matrix(), encoding="utf-8")
