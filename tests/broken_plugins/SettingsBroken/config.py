"""The block needs a number."""

from pydantic import BaseModel


class Settings(BaseModel):
    """One number."""

    limit: int
