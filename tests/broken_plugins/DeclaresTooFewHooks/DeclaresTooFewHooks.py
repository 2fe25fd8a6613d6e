import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class DeclaresTooFewHooks:
    @hookimpl
    def on_entity_archived(self, entity_id):
        """Nothing."""
