"""When Python looks for garbage: objects that refer to each other and that nothing else refers to.

All others are freed as soon as nothing refers to them; the search only takes time, during which nothing else runs.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 20_000
"""How many new objects start a search.

Hundreds of deliveries in flight have thousands of objects that are in use. At Python's default, between 700 and 2,000,
searching these over and over took 15 to 30 µs of each delivery.
"""

_YOUNGER_SEARCHES = 20
"""How many searches of newer objects start one of older objects; Python's default is 10."""


@contextmanager
def without_search() -> Iterator[None]:
    """Do not look for garbage while modules are imported, which stay: it would take a sixth of the time of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def search_new_objects_seldom() -> None:
    """Never look through what exists now, such as modules, and through new objects less often than by default.

    Otherwise a search of everything would stop everything for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNGER_SEARCHES, _YOUNGER_SEARCHES)
