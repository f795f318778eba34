"""The commands of ``trajecthub``; ``main`` lists them, and each module holds one command or group."""
