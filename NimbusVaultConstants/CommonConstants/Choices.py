"""The values that columns choose from. Apart from the tables, so that every layer may name them."""

from typing import Final

from django.db.models import TextChoices

#: Characters of a role's name, built-in or custom.
ROLE_NAME_LENGTH: Final = 40


class Role(TextChoices):
    """The built-in roles; each includes the one before. An organisation may have roles of its own beside these."""

    READER = "reader"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    def includes(self, other: str) -> bool:
        """Whether this role may do what `other` may."""
        return _RANKS[self] >= _RANKS[Role(other)]


_RANKS: Final = {role: rank for rank, role in enumerate(Role)}


class DocumentStatus(TextChoices):
    """Where a document is in its life."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    TRASHED = "trashed"
