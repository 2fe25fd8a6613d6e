"""The audit trail: what was done and what was denied, append-only, hash-chained, one chain an organisation.

This face can be imported before Django is set up. What is recorded inside a transaction is written right before its
commit, and the transaction fails if it cannot be: no audit, no write.
"""

from collections.abc import Mapping
from typing import Any

from VaultPlatform.audit.actors import Actor, command_actor, current_actor, use_actor

__all__ = ["Actor", "command_actor", "current_actor", "record", "record_site", "use_actor"]


def record(
    *,
    action: str,
    entity_type: str = "",
    entity_id: object = "",
    detail: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> None:
    """Enter an act into the current organisation's chain, with the open transaction or in one of its own.

    Parameters: `action`, such as "document.archived"; `entity_type` and `entity_id`, of what; `detail`, little, JSON,
    never contents or secrets; `outcome`, "done" or "denied". Inside a run call `main.note_audit(…)` in its stead.
    Raises NoOrganisation outside of any organisation, AuditFailed where it cannot be written.
    """
    from VaultPlatform.audit.recording import record_here

    record_here(
        action=action, entity_type=entity_type, entity_id=entity_id, detail=detail or {}, outcome=outcome
    )


def record_site(
    *,
    action: str,
    entity_type: str = "",
    entity_id: object = "",
    detail: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> None:
    """Enter an act of an operator or a command into the site's own chain, in `control`. Otherwise as `record`."""
    from VaultPlatform.audit.recording import record_for_site

    record_for_site(
        action=action, entity_type=entity_type, entity_id=entity_id, detail=detail or {}, outcome=outcome
    )
