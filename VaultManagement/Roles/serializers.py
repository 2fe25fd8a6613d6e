"""What the endpoints of roles and permissions take and give."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.Choices import ROLE_NAME_LENGTH, Role

MAX_PERMISSIONS = 500
PERMISSION_LENGTH = 100


class RoleNameField(serializers.CharField):
    """A name for a role, which none of the built-in ones has."""

    default_error_messages = {"built_in": "'{name}' is a built-in role."}

    def __init__(self, **options: Any) -> None:
        form = RegexValidator(
            r"^[a-z][a-z0-9_-]*\Z",
            "Begin with a letter from a to z; digits, hyphens and underscores may follow.",
        )
        super().__init__(max_length=ROLE_NAME_LENGTH, validators=[form], **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        name = super().run_validation(data)
        if name in Role.values:
            self.fail("built_in", name=name)
        return name


class RoleChangesSerializer(BodySerializer):
    """What can be said of a role. Its name stays."""

    permissions = serializers.ListField(
        child=serializers.CharField(max_length=PERMISSION_LENGTH),
        max_length=MAX_PERMISSIONS,
        required=False,
        help_text="All that its members may do.",
    )
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)


class NewRoleSerializer(RoleChangesSerializer):
    """A new role."""

    name = RoleNameField()
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=PERMISSION_LENGTH), max_length=MAX_PERMISSIONS
    )


class RoleSerializer(serializers.Serializer):
    """A role as an administrator sees it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    created_at = serializers.DateTimeField()


class PermissionSerializer(serializers.Serializer):
    """Something that a member may do or not."""

    name = serializers.CharField()
    least_role = serializers.ChoiceField(Role.choices, help_text="The least built-in role that has it.")
    source = serializers.CharField(help_text="Whose it is: `core`, or a plugin.")  # type: ignore[assignment]
