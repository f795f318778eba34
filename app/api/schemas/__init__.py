"""What callers send and read, as Pydantic models."""
