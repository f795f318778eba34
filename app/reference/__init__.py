"""A city's reference data. Data, not code: a city adds a file."""

from app.reference.city import Band, Institution, Reference, Retention, Term
from app.reference.city_file import FaultyReference, UnknownMunicipality, load_reference, read_reference

__all__ = [
    "Band",
    "FaultyReference",
    "Institution",
    "Reference",
    "Retention",
    "Term",
    "UnknownMunicipality",
    "load_reference",
    "read_reference",
]
