"""Writes of documents, as steps of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.utils.timezone import now

from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus
from Orchestrators.ContextManager import context_manager, db_step, external_step
from Plugins.plugin_manager import plugin_manager
from VaultErrors.BackendErrors import errors
from VaultManagement.Documents.bll.GetApisbll import SHOWN, no_such_document
from VaultManagement.Documents.bll.HelperFunctions import (
    format_document,
    remember,
    searchable_text,
    undo_last,
)
from VaultManagement.Documents.bll.service import (
    document_service,
    document_tag_service,
    document_version_service,
)
from VaultPlatform.storage import Incoming, Stored, blob_storage

if TYPE_CHECKING:
    from VaultModels.models import Document, User

OUTCOME = {"common": ["result", "result_status"]}
#: What steps leave for their rollbacks; lists, since one run may store and change several documents.
STORED, CREATED, CHANGED = "stored_blobs", "created_documents", "document_changes"
CHANGE = {"common": [CHANGED, *OUTCOME["common"]]}
#: What hooks call a document.
ENTITY_TYPE = "Document"
#: Columns that the audit trail names when they change.
TOLD = frozenset({"title", "folder", "tags", "attributes"})


@external_step
@context_manager(set_contexts={"common": [STORED]})
def store_blob_bll(orchestrator: Any, *, name: str, sha256: str, size: int) -> None:
    """Give the received bytes called `name` their address in the storage."""
    stored = blob_storage().put(Incoming(name=name, sha256=sha256, size=size))
    remember(orchestrator, STORED, asdict(stored))


@external_step
@context_manager(set_contexts={"common": [STORED]})
def rollback_store_blob_bll(orchestrator: Any) -> None:
    """Take the bytes stored last out again, unless another upload relies on them."""
    undo_last(orchestrator, STORED, _discarded)


@db_step
@context_manager(
    get_contexts={"common": [STORED]}, set_contexts={"common": [CREATED, "result", "result_status"]}
)
def create_document_bll(
    orchestrator: Any,
    *,
    user: User,
    filename: str,
    content_type: str,
    title: str,
    folder: str,
    tags: list[str],
    attributes: dict[str, Any],
) -> None:
    """Write document, first version and tags for the bytes stored last."""
    stored, moment, version_id = orchestrator.get_context_value(STORED)[-1], now(), uuid4()
    document = document_service.create(
        title=title,
        folder=folder,
        tags=tags,
        attributes=attributes,
        search_text=searchable_text(title=title, filename=filename),
        owner=user,
        latest_version_id=version_id,
        created_at=moment,
        updated_at=moment,
    )
    document.latest_version = document_version_service.create(
        id=version_id,
        document=document,
        number=1,
        sha256=stored["sha256"],
        size=stored["size"],
        content_type=content_type,
        filename=filename,
        created_at=moment,
        created_by=user,
    )
    _write_tags(document, tags)
    remember(orchestrator, CREATED, str(document.id))
    _queue(orchestrator, "on_entity_created", document)
    _note(orchestrator, "on_entity_created", document)
    orchestrator.queue_event("on_version_added", document_id=str(document.id), number=1)
    _answer(orchestrator, format_document(document), 201)


@db_step
@context_manager(set_contexts={"common": [CREATED]})
def rollback_create_document_bll(orchestrator: Any) -> None:
    """Remove the document created last, with its version and tags."""
    undo_last(orchestrator, CREATED, document_service.delete)


@db_step
@context_manager(set_contexts=CHANGE)
def update_document_bll(orchestrator: Any, *, document_id: UUID, changes: dict[str, Any]) -> None:
    """Set what `changes` has of title, folder, tags and attributes; only an active document takes it."""
    document = _locked_document(document_id)
    _require_status(document, DocumentStatus.ACTIVE, verb="changed")
    if "title" in changes:
        filename = document.latest_version.filename
        changes = {**changes, "search_text": searchable_text(title=changes["title"], filename=filename)}
    if "tags" in changes and changes["tags"] != document.tags:
        _replace_tags(document, changes["tags"])
    if changes:
        _write(orchestrator, document, event="on_entity_updated", **changes)
    _answer(orchestrator, format_document(document), 200)


@db_step
@context_manager(set_contexts=CHANGE)
def archive_document_bll(orchestrator: Any, *, document_id: UUID, user: User) -> None:
    """Archive an active document, unless a plugin vetoes it."""
    document = _locked_document(document_id)
    _require_status(document, DocumentStatus.ACTIVE, verb="archived")
    _ask(plugin_manager.hook.before_entity_archive, document, user)
    _write(orchestrator, document, event="on_entity_archived", status=str(DocumentStatus.ARCHIVED))
    _answer(orchestrator, format_document(document), 200)


@db_step
@context_manager(set_contexts=CHANGE)
def restore_document_bll(orchestrator: Any, *, document_id: UUID) -> None:
    """Bring an archived document back to active, a trashed one back to what it was."""
    document = _locked_document(document_id)
    _require_status(document, DocumentStatus.ARCHIVED, DocumentStatus.TRASHED, verb="restored")
    back_to = document.status_before_trash or str(DocumentStatus.ACTIVE)
    _write(orchestrator, document, event="on_entity_restored", status=back_to, status_before_trash="")
    _answer(orchestrator, format_document(document), 200)


@db_step
@context_manager(set_contexts=CHANGE)
def trash_document_bll(orchestrator: Any, *, document_id: UUID, user: User) -> None:
    """Move a document to the trash, unless a plugin vetoes it; it remembers its state for being restored."""
    document = _locked_document(document_id)
    _require_status(document, DocumentStatus.ACTIVE, DocumentStatus.ARCHIVED, verb="deleted")
    _ask(plugin_manager.hook.before_entity_delete, document, user)
    trashed = {"status": str(DocumentStatus.TRASHED), "status_before_trash": document.status}
    _write(orchestrator, document, event="on_entity_deleted", **trashed)
    _answer(orchestrator, None, 204)


@db_step
@context_manager(set_contexts={"common": [CHANGED]})
def rollback_document_change_bll(orchestrator: Any) -> None:
    """Set the document changed last back to what it was, as far as nobody has changed it since."""
    undo_last(orchestrator, CHANGED, _restored)


def _locked_document(document_id: UUID) -> Document:
    """The document, which nobody else changes until this transaction ends. Raises NotFound.

    Two queries: after waiting for a lock PostgreSQL would judge a join by rows that may be outdated.
    """
    locked = document_service.filter(id=document_id).select_for_update().first()
    document = locked and document_service.get(id=document_id, _select_related=SHOWN)
    if document is None:
        raise no_such_document()
    return document


def _require_status(document: Document, *statuses: DocumentStatus, verb: str) -> None:
    if document.status not in statuses:
        raise errors.bad_request.Conflict(
            f"This document is {document.status}; only one that is {' or '.join(statuses)} can be {verb}."
        )


def _ask(hook: Callable[..., Any], document: Document, user: User) -> None:
    hook(entity_type=ENTITY_TYPE, entity_id=str(document.id), user=user)


def _write(orchestrator: Any, document: Document, *, event: str, **fields: Any) -> None:
    """Save `fields`, remember what they were, and queue the event."""
    fields |= {"updated_at": now()}
    before = {name: getattr(document, name) for name in fields}
    changed = [name for name in fields if before[name] != fields[name]]
    change = {
        "id": str(document.id),
        "before": {name: before[name] for name in changed},
        "after": {name: fields[name] for name in changed},
    }
    remember(orchestrator, CHANGED, change)
    document_service.update(document, **fields)
    _queue(orchestrator, event, document)
    _note(orchestrator, event, document, changed=[name for name in changed if name in TOLD])


def _discarded(stored: dict[str, Any]) -> bool:
    blob_storage().discard(Stored(**stored))
    return True


def _restored(change: dict[str, Any]) -> bool:
    """Set what `change` set back to what it was, where nobody has changed it since; whether there was anything."""
    document = document_service.filter(id=change["id"]).select_for_update().first()
    still = [name for name, value in change["after"].items() if document and getattr(document, name) == value]
    if document is None or not still:
        return False
    document_service.update(document, **{name: change["before"][name] for name in still})
    if "tags" in still:
        _replace_tags(document, document.tags)
    return True


def _answer(orchestrator: Any, result: dict[str, Any] | None, status: int) -> None:
    """What the client gets; ends the step."""
    orchestrator.set_context_value("result", result)
    orchestrator.set_context_value("result_status", status)


def _queue(orchestrator: Any, event: str, document: Document) -> None:
    orchestrator.queue_event(event, entity_type=ENTITY_TYPE, entity_id=str(document.id))


def _note(orchestrator: Any, event: str, document: Document, *, changed: Sequence[str] = ()) -> None:
    """Enter what an event tells, such as "document.archived", into the audit trail."""
    action = f"document.{event.removeprefix('on_entity_')}"
    detail = {"fields": sorted(changed)} if changed else {}
    orchestrator.note_audit(action, entity_type=ENTITY_TYPE, entity_id=document.id, detail=detail)


def _replace_tags(document: Document, tags: list[str]) -> None:
    document_tag_service.bulk_delete({"document": document})
    _write_tags(document, tags)


def _write_tags(document: Document, tags: list[str]) -> None:
    if tags:
        document_tag_service.bulk_create([{"document": document, "tag": tag} for tag in tags])
