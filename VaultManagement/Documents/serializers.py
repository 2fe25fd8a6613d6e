"""What documents' endpoints take and give."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from VaultErrors.BackendErrors import errors
from VaultManagement.Documents.bll.HelperFunctions import (
    MAX_FOLDER,
    MAX_TAG,
    MAX_TAGS,
    MAX_TITLE,
)
from VaultManagement.Documents.fields import AttributesField, FolderField, ReceivedFileField, TextField

ORDERS = ("title", "created_at", "updated_at", "-title", "-created_at", "-updated_at")


class DescriptionSerializer(BodySerializer):
    """What a client says about a document; a name that it does not have is refused, not ignored."""

    title = TextField(max_length=MAX_TITLE, required=False, help_text="The file's name if there is none.")
    folder = FolderField(
        max_length=MAX_FOLDER, allow_blank=True, required=False, help_text="Parts joined by '/'."
    )
    tags = serializers.ListField(child=TextField(max_length=MAX_TAG), max_length=MAX_TAGS, required=False)
    attributes = AttributesField(required=False, help_text="A JSON object of at most 16 KiB, 5 levels deep.")

    def validate_tags(self, tags: list[str]) -> list[str]:
        """Each once, in the order given."""
        return list(dict.fromkeys(tags))


class UploadDocumentSerializer(DescriptionSerializer):
    """A new document."""

    file = ReceivedFileField(help_text="The content, with its file name.")


class ListDocumentsSerializer(PageQuerySerializer):
    """Which documents, in which order, from where on. An empty parameter is as good as none."""

    search = TextField(
        max_length=MAX_TITLE, required=False, help_text="Part of title or file name, in any case."
    )
    tag = serializers.ListField(
        child=TextField(max_length=MAX_TAG, allow_blank=True),
        max_length=10,
        required=False,
        help_text="Repeated: documents that have all of these.",
    )
    folder = FolderField(
        max_length=MAX_FOLDER, required=False, help_text="Exactly this folder; '/' is the root."
    )
    status = serializers.ChoiceField(
        DocumentStatus.choices, required=False, help_text="Without it, all but those in the trash."
    )
    owner = TextField(max_length=150, required=False, help_text="The owner's user name.")
    order = serializers.ChoiceField(ORDERS, default="-updated_at")


class VersionSerializer(serializers.Serializer[Any]):
    """A version as it is answered."""

    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    content_type = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(help_text="User name.")


class DocumentSerializer(serializers.Serializer[Any]):
    """A document as it is answered."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    folder = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    attributes = AttributesField()
    status = serializers.ChoiceField(DocumentStatus.choices)
    owner = serializers.CharField(help_text="User name.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionSerializer(help_text="The newest.")


def refuse_purge(request: Request) -> None:
    """Raise ValidationError for `?purge=true`: who asks for removal must not take the trash for it."""
    if request.query_params.get("purge", "").lower() not in {"", "false", "0"}:
        raise errors.bad_request.ValidationError(
            "purge: documents cannot be removed for good yet; leave it out to move the document to the trash."
        )
