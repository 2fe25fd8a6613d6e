"""Well: shows that the others work beside a broken plugin."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class Witness:
    """Well: shows that the others work beside a broken plugin."""

    archived: list[str] = []

    @hookimpl
    def on_entity_archived(self, entity_type, entity_id):
        """Remember it."""
        self.archived.append(f"{entity_type} {entity_id}")

    @hookimpl
    def collect_health_checks(self):
        """All is well."""
        return {"witness": None}
