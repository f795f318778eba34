"""The sandbox's own API: clock, scenarios and reset, for rehearsals; the hub itself has nothing of it."""
