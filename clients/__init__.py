"""Checks of other people's tools against the hub's documents and a running sandbox; see the README."""
