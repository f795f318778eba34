"""How long tests wait for what must happen."""

PATIENCE = 12.0
"""Seconds. More than it takes, also on a busy machine, and less than what would end a wait by itself, as a call does."""
