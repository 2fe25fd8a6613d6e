"""What happens to any entity of the vault.

`entity_type` is the name of its model ("Document"), `entity_id` its id as text.
"""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class EntityHooks:
    """Before and after an entity is created, changed, archived, restored or deleted."""

    @hookspec
    def before_entity_archive(self, entity_type: str, entity_id: str, user: object) -> None:
        """Called inside the transaction, before an entity is archived. Raise a VaultError to forbid it."""

    @hookspec
    def before_entity_delete(self, entity_type: str, entity_id: str, user: object) -> None:
        """Called inside the transaction, before an entity is moved to the trash or purged. Raise to forbid it."""

    @hookspec
    def on_entity_created(self, entity_type: str, entity_id: str) -> None:
        """Called after an entity was created."""

    @hookspec
    def on_entity_updated(self, entity_type: str, entity_id: str) -> None:
        """Called after an entity was changed."""

    @hookspec
    def on_entity_archived(self, entity_type: str, entity_id: str) -> None:
        """Called after an entity was archived."""

    @hookspec
    def on_entity_restored(self, entity_type: str, entity_id: str) -> None:
        """Called after an entity came back from the archive or the trash."""

    @hookspec
    def on_entity_deleted(self, entity_type: str, entity_id: str) -> None:
        """Called after an entity was moved to the trash or purged."""
