"""What endpoints of installations take and give."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from VaultManagement.Installations.packages import ReceivedPackage

FATES = ("keep", "export", "drop")


@extend_schema_field(OpenApiTypes.BINARY)
class PackageField(serializers.Field[Any, Any, Any, Any]):
    """The package that the parser has received, as the path of its file."""

    default_error_messages = {
        "required": "Send the package as the multipart part 'file', with a file name.",
        "no_file": "This part is text; send it as a file, with a file name.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, ReceivedPackage):
            self.fail("no_file")
        return data.path


class PackageSerializer(BodySerializer):
    """A plugin that is brought."""

    file = PackageField(help_text="A zip or tar file, or a wheel, that holds one plugin's folder.")


class InstalledSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField(), help_text="What else is to be known.")


class UninstallSerializer(BodySerializer):
    """How a plugin is taken away."""

    rows = serializers.ChoiceField(
        FATES, help_text="Its rows are kept, or exported into a file and dropped, or dropped."
    )


class HoldingsSerializer(serializers.Serializer):
    name = serializers.CharField()
    on = serializers.BooleanField(help_text="Whether it is in the list.")
    folder = serializers.CharField()
    files = serializers.IntegerField()
    installed = serializers.BooleanField(help_text="Whether its files go with it: those that were installed.")
    dependants = serializers.ListField(
        child=serializers.CharField(), help_text="Plugins that need it; they have to go first."
    )
    settings = serializers.ListField(
        child=serializers.CharField(), help_text="Its blocks in the settings file; they stay."
    )
    tables = serializers.DictField(child=serializers.IntegerField(), help_text="Rows in all organisations.")
    organisations = serializers.DictField(child=serializers.IntegerField(), help_text="Rows, by slug.")
    schedules = serializers.ListField(child=serializers.CharField())
    unknown = serializers.CharField(allow_null=True, help_text="Why tables are not known.")
