"""Workflows that write documents."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Documents.bll.HelperFunctions import normal_content_type, normal_filename
from VaultManagement.Documents.bll.PostApisbll import (
    CHANGE,
    CHANGED,
    CREATED,
    OUTCOME,
    STORED,
    archive_document_bll,
    create_document_bll,
    restore_document_bll,
    rollback_create_document_bll,
    rollback_document_change_bll,
    rollback_store_blob_bll,
    store_blob_bll,
    trash_document_bll,
    update_document_bll,
)

UPLOAD = {"common": [STORED, CREATED, *OUTCOME["common"]]}


class DocumentsOrchestrator(Workflow):
    """
    Description:
    Takes documents in, changes what is said about them, archives and restores them, puts them in the trash.
    """

    @context_manager(set_contexts=UPLOAD)
    def stage_upload(
        self,
        user: Any,
        file: Any,
        *,
        title: str = "",
        folder: str = "",
        tags: list[str] | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> None:
        """
        Description: Stage the storing of a received file and the writing of its document.

        Input:
            - user: the member who uploads, and will own the document.
            - file: a ReceivedFile.
            - title: without one, the file's name.
            - folder, tags, attributes: what the document says of itself, checked and in normal form.

        Output:
            - None. The document becomes the run's result.
        """
        run, incoming, filename = self.mainorchestrator, file.incoming, normal_filename(file.name)
        run.set_context_schema({STORED: list, CREATED: list})
        run.add_step(
            store_blob_bll,
            rollback_store_blob_bll,
            name=incoming.name,
            sha256=incoming.sha256,
            size=incoming.size,
        )
        run.add_step(
            create_document_bll,
            rollback_create_document_bll,
            user=user,
            filename=filename,
            content_type=normal_content_type(file.content_type),
            title=title or filename,
            folder=folder,
            tags=tags or [],
            attributes=attributes or {},
        )

    @context_manager(set_contexts=CHANGE)
    def stage_update(self, document_id: UUID, changes: dict[str, Any]) -> None:
        """
        Description: Stage a change of what is said about a document.

        Input:
            - document_id: id of the document.
            - changes: new values of title, folder, tags or attributes, checked and in normal form.

        Output:
            - None. The document becomes the run's result.
        """
        self._stage_change(update_document_bll, document_id=document_id, changes=changes)

    @context_manager(set_contexts=CHANGE)
    def stage_archive(self, document_id: UUID, user: Any) -> None:
        """
        Description: Stage the archiving of a document.

        Input:
            - document_id: id of the document.
            - user: the member who archives it.

        Output:
            - None. The document becomes the run's result.
        """
        self._stage_change(archive_document_bll, document_id=document_id, user=user)

    @context_manager(set_contexts=CHANGE)
    def stage_restore(self, document_id: UUID) -> None:
        """
        Description: Stage the return of a document from the archive or the trash.

        Input:
            - document_id: id of the document.

        Output:
            - None. The document becomes the run's result.
        """
        self._stage_change(restore_document_bll, document_id=document_id)

    @context_manager(set_contexts=CHANGE)
    def stage_trash(self, document_id: UUID, user: Any) -> None:
        """
        Description: Stage the moving of a document to the trash.

        Input:
            - document_id: id of the document.
            - user: the member who deletes it.

        Output:
            - None. The status becomes 204.
        """
        self._stage_change(trash_document_bll, document_id=document_id, user=user)

    def _stage_change(self, step: Callable[..., None], **arguments: Any) -> None:
        """
        Description: Stage a step that changes one document.

        Input:
            - step: the step.
            - arguments: what it is called with.

        Output:
            - None.
        """
        self.mainorchestrator.set_context_schema({CHANGED: list})
        self.mainorchestrator.add_step(step, rollback_document_change_bll, **arguments)
