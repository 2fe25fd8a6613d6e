"""The values that columns choose from. Apart from the tables, so that every layer may name them."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a member may do; each includes the one before."""

    READER = "reader"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    def includes(self, other: str) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(Role(other))


class DocumentStatus(TextChoices):
    """Where a document is in its life."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    TRASHED = "trashed"
