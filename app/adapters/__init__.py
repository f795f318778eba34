"""The doors to the three partner systems; the engine in ``intake`` is the same for all."""
