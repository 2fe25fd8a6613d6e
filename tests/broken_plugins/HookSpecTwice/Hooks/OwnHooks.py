"""Specifies a core hook again."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class OwnHooks:
    """Taken."""

    @hookspec
    def on_entity_archived(self, something_else):
        """Taken."""
