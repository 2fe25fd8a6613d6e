"""What the plugin does when the core calls."""

import pluggy

from Plugins.Activity_Plugin.bll.Activity.HelperFunctions import recording
from Plugins.Activity_Plugin.bll.Activity.PostApisbll import record, record_sign_in
from Plugins.Activity_Plugin.CommonConstants import MEMBER, PLUGIN, Kind

hookimpl = pluggy.HookimplMarker("vault")


class Activity_Plugin:  # noqa: N801  # named like its folder, which is how the host finds it
    """Writes down what happens; an event that cannot be written is missing from the list, and health says so."""

    @hookimpl
    def on_entity_created(self, entity_type: str, entity_id: str) -> None:
        record(kind=Kind.CREATED, entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_entity_updated(self, entity_type: str, entity_id: str) -> None:
        record(kind=Kind.UPDATED, entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_entity_archived(self, entity_type: str, entity_id: str) -> None:
        record(kind=Kind.ARCHIVED, entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_entity_restored(self, entity_type: str, entity_id: str) -> None:
        record(kind=Kind.RESTORED, entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_entity_deleted(self, entity_type: str, entity_id: str) -> None:
        record(kind=Kind.DELETED, entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_version_added(self, document_id: str, number: int) -> None:
        record(kind=Kind.VERSION_ADDED, entity_type="Document", entity_id=document_id, number=number)

    @hookimpl
    def on_user_created(self, user_id: str) -> None:
        record(kind=Kind.USER_CREATED, entity_type=MEMBER, entity_id=user_id)

    @hookimpl
    def on_user_logged_in(self, user_id: str) -> None:
        record_sign_in(user_id=user_id)

    @hookimpl
    def on_plugin_activated(self, name: str) -> None:
        record(kind=Kind.PLUGIN_ENABLED, entity_type=PLUGIN, entity_id=name)

    @hookimpl
    def on_plugin_deactivated(self, name: str) -> None:
        record(kind=Kind.PLUGIN_DISABLED, entity_type=PLUGIN, entity_id=name)

    @hookimpl
    def collect_health_checks(self) -> dict[str, str | None]:
        """Whether the last event that this process had to write down was written."""
        return {"recording": recording.problem}
