"""A world to try the hub in: stateful simulators of the partners, a webhook receiver, replay and demo."""
