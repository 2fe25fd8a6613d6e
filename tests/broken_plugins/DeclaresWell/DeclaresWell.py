import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class DeclaresWell:
    @hookimpl
    def on_entity_archived(self, entity_id):
        """Nothing."""
