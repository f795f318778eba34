"""Plays the hub against the webhook receiver of a tester, and judges the answers."""
