"""Groups of commands of ``trajecthub``, and what every command does alike; ``app.cli`` puts them together."""
