"""Writes of activity: what hooks tell becomes entries, and the oldest make room."""

from typing import Any

from Plugins.Activity_Plugin.bll.Activity.HelperFunctions import last_to_go, recording
from Plugins.Activity_Plugin.bll.Activity.service import activity_entry_service
from Plugins.Activity_Plugin.CommonConstants import MEMBER, Kind
from Plugins.Activity_Plugin.config import activity_settings


def record(*, kind: Kind, entity_type: str, entity_id: object, **detail: Any) -> None:
    """Write an entry into the current organisation's list.

    Parameters:
        kind: what happened.
        entity_type, entity_id: to what, as the hook tells it.
        detail: what else there is to say; has to be JSON.
    """
    with recording.attempt():
        entry = activity_entry_service.create(
            kind=kind, entity_type=entity_type, entity_id=str(entity_id), detail=detail
        )
        last = last_to_go(entry.id, keep=activity_settings().keep_entries)
        if last is not None:
            activity_entry_service.bulk_delete({"id__lte": last})


def record_sign_in(*, user_id: object) -> None:
    """Write an entry for a sign-in, if the site's operator wishes so."""
    if activity_settings().record_sign_ins:
        record(kind=Kind.SIGNED_IN, entity_type=MEMBER, entity_id=user_id)
