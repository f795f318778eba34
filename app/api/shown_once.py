"""Answers with a secret, which is shown this once: no answer is stored with it."""

from abc import abstractmethod

from pydantic import BaseModel


class ShowsSecret(BaseModel):
    """The base of the schema of an answer with a secret."""

    @abstractmethod
    def without_secret(self) -> BaseModel:
        """Return what a repeated request gets: without the secret, and with where a new one is made."""
