"""Reads events from a hub by polling, and posts each to a receiver on the tester's machine."""
