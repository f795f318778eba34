"""The partner systems: an adapter for each, and the engine that is the same for all."""
