"""A coroutine that nobody would await."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookAsync:
    """A coroutine that nobody would await."""

    @hookimpl
    async def on_entity_archived(self, entity_id):
        """Refused."""
