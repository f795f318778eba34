"""A city's reference data. Data, not code: a city adds a file."""

from app.reference.city import AgreedAdvice, Band, Reference
from app.reference.city_file import FaultyReference, UnknownMunicipality, load_reference, read_reference

__all__ = [
    "AgreedAdvice",
    "Band",
    "FaultyReference",
    "Reference",
    "UnknownMunicipality",
    "load_reference",
    "read_reference",
]
