"""A hook name with a letter missing."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookMisspelt:
    """A hook name with a letter missing."""

    @hookimpl
    def on_entity_archivd(self, entity_id):
        """Never called."""
