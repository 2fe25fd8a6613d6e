import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class DeclaresHook:
    @hookimpl
    def on_entity_archived(self, entity_id):
        """Nothing."""
