"""Groups of commands of ``trajecthub``, and what every command does alike; ``main`` puts them together."""
