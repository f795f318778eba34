"""The REST API: parses, calls one operation, shapes the answer."""
