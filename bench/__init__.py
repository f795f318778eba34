"""Measurements of the hub, each beside the bare limit of the same machine in the same run; see README.md."""
