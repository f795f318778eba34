"""Noticing a partner whose pages never end."""

from collections.abc import Iterable
from typing import Final

from app.domain.errors import PartnerUnreachable

MOST_REPEATED: Final = 20
"""At most this number of pages of one list may be empty, or equal to one that was read before."""


class PagesRead:
    """The pages of one list that were read so far: of each only a number, whatever it contains.

    Args:
        partner: the partner's name, for the text of the error.
    """

    def __init__(self, partner: str) -> None:
        self._partner = partner
        self._read: set[int] = set()
        self._repeated = 0

    def add(self, ids: Iterable[str]) -> None:
        """Add a page by the ids of its records.

        Raises:
            PartnerUnreachable: the partner returns the same pages again and again, or empty ones.
        """
        page = hash(tuple(ids))
        self._repeated += page in self._read
        self._read.add(page)
        if self._repeated > MOST_REPEATED:
            raise PartnerUnreachable(f"{self._partner} returned a list that does not move on; trying again later")
