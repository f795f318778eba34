"""Telling others what happened: outbox, relay, privacy gate, delivery."""
