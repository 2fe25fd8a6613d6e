"""What happens to any entity of the vault."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class EntityHooks:
    """Before and after an entity is created, changed, archived, restored or deleted."""

    @hookspec
    def before_entity_archive(self, entity_type: str, entity_id: str, user: object) -> None:
        """An entity is about to be archived.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
            - user: who archives it, a `User`.
        """

    @hookspec
    def before_entity_delete(self, entity_type: str, entity_id: str, user: object) -> None:
        """An entity is about to be moved to the trash, or to be purged.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
            - user: who deletes it, a `User`.
        """

    @hookspec
    def on_entity_created(self, entity_type: str, entity_id: str) -> None:
        """An entity was created.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
        """

    @hookspec
    def on_entity_updated(self, entity_type: str, entity_id: str) -> None:
        """An entity was changed.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
        """

    @hookspec
    def on_entity_archived(self, entity_type: str, entity_id: str) -> None:
        """An entity was archived.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
        """

    @hookspec
    def on_entity_restored(self, entity_type: str, entity_id: str) -> None:
        """An entity came back from the archive or the trash.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
        """

    @hookspec
    def on_entity_deleted(self, entity_type: str, entity_id: str) -> None:
        """An entity was moved to the trash, or purged: then it is there no more.

        Input:
            - entity_type: the name of its model, such as `"Document"`.
            - entity_id: its id as text.
        """
