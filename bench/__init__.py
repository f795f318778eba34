"""Benchmarks of the hub, each compared with a baseline on the same machine in the same run; see README.md."""
