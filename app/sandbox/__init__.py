"""The sandbox: stateful simulators of the partners, a webhook receiver, a replay and the demo."""
