"""Marked for another project's hooks."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookForeign:
    """Marked for another project's hooks."""

    marker = pluggy.HookimplMarker("valut")

    @marker
    def on_entity_archived(self, entity_id):
        """Refused."""
