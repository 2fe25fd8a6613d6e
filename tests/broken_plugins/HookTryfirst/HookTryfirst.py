"""Pushes itself before the others."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookTryfirst:
    """Pushes itself before the others."""

    @hookimpl(tryfirst=True)
    def on_entity_archived(self, entity_id):
        """Refused."""
