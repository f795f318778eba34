"""Checks a partner system against its contract, through the adapter with which the hub itself calls it."""
