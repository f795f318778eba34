"""When Python looks for garbage: objects that refer to each other and that nothing else refers to.

All others are freed as soon as nothing refers to them; the search only takes time, during which nothing else runs.
"""

import gc
import sys
from importlib import import_module
from types import ModuleType

_NEW_OBJECTS = 20_000
"""How many new objects start a search.

Hundreds of deliveries in flight have thousands of objects that are in use. At Python's default, between 700 and 2,000,
searching these over and over took 15 to 30 µs of each delivery.
"""

_YOUNGER_SEARCHES = 20
"""How many searches of newer objects start one of older objects; Python's default is 10."""


def imported(module: str) -> ModuleType:
    """Return a module, imported when it is not yet.

    What importing makes stays: looking through it for garbage, meanwhile or afterwards, would take a fifth of the time
    of a start and free nothing to speak of.
    """
    if module in sys.modules:
        return sys.modules[module]
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def search_new_objects_seldom() -> None:
    """Look through new objects less often than by default."""
    gc.set_threshold(_NEW_OBJECTS, _YOUNGER_SEARCHES, _YOUNGER_SEARCHES)
