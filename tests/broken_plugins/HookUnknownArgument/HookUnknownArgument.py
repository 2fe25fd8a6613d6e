"""A hook argument that the hook does not have."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookUnknownArgument:
    """A hook argument that the hook does not have."""

    @hookimpl
    def on_entity_archived(self, entity_ident):
        """Never called."""
