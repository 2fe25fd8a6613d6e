"""Documents, their immutable versions, and their tags."""

import uuid

from django.db import models
from django.utils.timezone import now

from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus
from VaultModels.models.Users import User


class Document(models.Model):
    """One document: what is said about it. What it holds is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=255)
    #: Parts joined by "/", without one at either end; "" is the root.
    folder = models.CharField(max_length=1024, blank=True, default="")
    #: In the order the client gave; `DocumentTag` has the same tags for looking up.
    tags = models.JSONField(default=list)
    attributes = models.JSONField(default=dict)
    #: Case-folded title and file name: one substring search that means the same on every database.
    search_text = models.TextField()
    status = models.CharField(max_length=16, choices=DocumentStatus.choices, default=DocumentStatus.ACTIVE)
    #: Where restoring leads to; "" unless trashed.
    status_before_trash = models.CharField(
        max_length=16, choices=DocumentStatus.choices, blank=True, default=""
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="documents")
    #: Never null: document and first version are written together, the constraint is checked at commit.
    latest_version = models.OneToOneField("DocumentVersion", on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        indexes = (
            models.Index(fields=["updated_at", "id"], name="document_by_update"),
            models.Index(fields=["created_at", "id"], name="document_by_creation"),
            models.Index(fields=["title", "id"], name="document_by_title"),
            models.Index(fields=["folder", "updated_at"], name="document_by_folder"),
        )


class DocumentVersion(models.Model):
    """What a document held at one time; never changed. The bytes are in the blob storage, under `sha256`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions", db_index=False)
    #: 1 for the first; without gaps.
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    #: Bytes.
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=255)
    filename = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="document_versions")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["document", "number"], name="document_version_number"),
        )


class DocumentTag(models.Model):
    """One tag of one document, for finding documents by tag."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tag_rows", db_index=False)
    tag = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "tag"], name="document_tag_once"),)
        indexes = (models.Index(fields=["tag", "document"], name="document_tag_lookup"),)
