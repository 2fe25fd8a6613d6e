"""Reads of documents: each is one query, a list two."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus
from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultErrors.BackendErrors import errors
from VaultManagement.Documents.bll.HelperFunctions import format_document, format_version, searched_text
from VaultManagement.Documents.bll.service import document_service, document_version_service
from VaultPlatform.storage import BlobReader, blob_storage

if TYPE_CHECKING:
    from VaultModels.models import DocumentVersion

#: What `format_document` shows beside the document's own row.
SHOWN = ("owner", "latest_version__created_by")


def get_document(*, document_id: UUID) -> dict[str, Any]:
    """One document, in whatever state. Raises NotFound."""
    document = document_service.get(id=document_id, _select_related=SHOWN)
    if document is None:
        raise no_such_document()
    return format_document(document)


def list_documents(
    *,
    search: str = "",
    tag: Sequence[str] = (),
    folder: str | None = None,
    status: str = "",
    owner: str = "",
    order: str = "-updated_at",
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """A page of the documents that fit everything given, those in the trash only if `status` says so.

    Parameters:
        search: part of the title or the file name, in any case.
        tag: tags that a document must all have.
        folder: exactly this one, in normal form; "" is the root, None any.
        order: a column, with "-" before it for descending; equal ones come in the order of their ids.
    """
    lookups: dict[str, Any] = {"status": status} if status else {"status__in": _OUTSIDE_TRASH}
    if search:
        lookups["search_text__contains"] = searched_text(search)
    if folder is not None:
        lookups["folder"] = folder
    if owner:
        lookups["owner__username"] = owner
    found = document_service.filter(**lookups, _select_related=SHOWN)
    for wanted in filter(None, tag):
        found = found.filter(tag_rows__tag=wanted)
    found = found.order_by(order, "-id" if order.startswith("-") else "id")
    return page_of(found, limit=limit, offset=offset, shown=format_document)


def list_versions(*, document_id: UUID, limit: int = 50, offset: int = 0) -> dict[str, Any]:
    """A page of a document's versions, the newest first. Raises NotFound."""
    found = document_version_service.filter(document_id=document_id, _select_related="created_by")
    page = page_of(found.order_by("-number"), limit=limit, offset=offset, shown=format_version)
    if not page["total"]:  # every document has a version
        raise no_such_document()
    return page


def get_version(*, document_id: UUID, number: int) -> dict[str, Any]:
    """One version of a document. Raises NotFound."""
    version = document_version_service.get(
        document_id=document_id, number=number, _select_related="created_by"
    )
    if version is None:
        raise no_such_version()
    return format_version(version)


def get_content_version(*, document_id: UUID, number: int | None = None) -> DocumentVersion:
    """The version whose content is asked for, the newest if `number` is None.

    Raises NotFound, and Conflict while the document is in the trash.
    """
    version = _version_with_document(document_id, number)
    if version.document.status == DocumentStatus.TRASHED:
        raise errors.bad_request.Conflict("This document is in the trash; restore it to read its content.")
    return version


def open_content(*, version: DocumentVersion, start: int, end: int) -> BlobReader:
    """Bytes `start` up to and without `end` of a version.

    Raises Unavailable if the storage does not have them all.
    """
    reader = blob_storage().open(version.sha256, start=start, end=end)
    if reader.size != version.size:
        reader.close()
        raise errors.server.Unavailable(
            "The stored content of this version is damaged; tell the site's operator."
        )
    return reader


def referenced_blobs(digests: Collection[str]) -> set[str]:
    """Of `digests`, those that some version needs: what a sweep of the storage must leave alone."""
    return set(document_version_service.filter(sha256__in=list(digests)).values_list("sha256", flat=True))


def no_such_document() -> errors.VaultError:
    """The answer to an id that no document of this organisation has."""
    return errors.bad_request.NotFound("There is no document of that id.")


def no_such_version() -> errors.VaultError:
    """The answer to a version that does not exist, whether or not the document does."""
    return errors.bad_request.NotFound("There is no such version of such a document.")


def _version_with_document(document_id: UUID, number: int | None) -> DocumentVersion:
    if number is not None:
        version = document_version_service.get(
            document_id=document_id, number=number, _select_related="document"
        )
        if version is None:
            raise no_such_version()
        return version
    document = document_service.get(id=document_id, _select_related="latest_version")
    if document is None:
        raise no_such_document()
    document.latest_version.document = document
    return document.latest_version


_OUTSIDE_TRASH = (DocumentStatus.ACTIVE, DocumentStatus.ARCHIVED)
