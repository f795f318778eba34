"""How long tests wait for what must happen."""

PATIENCE = 12.0
"""Seconds: more than it takes on a busy machine, and less than what breaks a wait off, such as a call."""
