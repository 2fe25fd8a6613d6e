"""What is done to plugins, in the audit trail of the site."""

from collections.abc import Mapping
from typing import Any

from django.db import Error

from VaultPlatform import audit
from VaultPlatform.audit.exceptions import AuditFailed

NOT_ENTERED = (
    "It could not be entered into the audit trail: the site's database takes no entry, or is not there yet."
)


def entered(action: str, names: str, *, detail: Mapping[str, Any], outcome: str = "done") -> list[str]:
    """Enter it; returns what is to be known when that was not possible. What is done is done, so nothing is raised."""
    try:
        audit.record_site(
            action=action, entity_type="Plugin", entity_id=names[:128], detail=detail, outcome=outcome
        )
    except (Error, AuditFailed):
        return [NOT_ENTERED]
    return []
