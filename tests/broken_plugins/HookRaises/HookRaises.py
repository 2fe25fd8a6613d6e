"""Loads well and raises at every call."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class HookRaises:
    """Loads well and raises at every call."""

    @hookimpl
    def on_entity_archived(self, entity_id):
        """Raises."""
        raise ZeroDivisionError(f"while handling {entity_id}")

    @hookimpl
    def collect_health_checks(self):
        """Raises."""
        raise KeyError("health")
