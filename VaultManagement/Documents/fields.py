"""Serializer fields of documents: text in one normal form, folders, attributes, a received file."""

from typing import Any

from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from VaultManagement.Documents.bll.HelperFunctions import check_attributes, normal_folder, normal_text
from VaultManagement.Documents.uploads import ReceivedFile
from VaultPlatform.web.strict_json import read_json


class TextField(serializers.CharField):
    """Text in the one normal form; limits hold for that form."""

    def to_internal_value(self, data: Any) -> str:
        return normal_text(super().to_internal_value(data))


class FolderField(serializers.CharField):
    """A folder's path in its normal form; "" and "/" are the root."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return normal_folder(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


@extend_schema_field(OpenApiTypes.OBJECT)
class AttributesField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object; in a multipart form, the text of one."""

    def get_value(self, dictionary: Any) -> Any:
        value = dictionary.get(self.field_name, empty)
        is_form = isinstance(dictionary, MultiValueDict)
        return empty if is_form and value == "" else value

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            attributes = read_json(data) if isinstance(data, str) else data
            check_attributes(attributes)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        return attributes  # type: ignore[no-any-return]  # a dict, as just checked

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.BINARY)
class ReceivedFileField(serializers.Field[Any, Any, Any, Any]):
    """The file that the upload parser has received."""

    default_error_messages = {
        "required": "Send the file as the multipart part 'file', with a file name.",
        "no_file": "This part is text; send it as a file, with a file name.",
    }

    def to_internal_value(self, data: Any) -> ReceivedFile:
        if not isinstance(data, ReceivedFile):
            self.fail("no_file")
        return data
