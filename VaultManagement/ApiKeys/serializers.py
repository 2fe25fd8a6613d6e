"""What the endpoints of API keys take and give."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer

MAX_PERMISSIONS = 500
PERMISSION_LENGTH = 100


class KeysQuerySerializer(PageQuerySerializer):
    """`?all=true` lists everybody's keys."""

    all = serializers.BooleanField(default=False, help_text="Everybody's; needs the permission users.manage.")


class NewKeySerializer(BodySerializer):
    """A new key."""

    name = serializers.CharField(max_length=100, help_text="For people: which program has it.")
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=PERMISSION_LENGTH),
        max_length=MAX_PERMISSIONS,
        allow_empty=False,
        help_text="What it is good for, of what its owner may do.",
    )
    expires_at = serializers.DateTimeField(help_text="The site's settings say how far ahead at most.")


class KeySerializer(serializers.Serializer):
    """A key as its owner sees it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="How the key begins.")
    owner = serializers.CharField(help_text="Name of the user.")
    permissions = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To some minutes.")


class CreatedKeySerializer(KeySerializer):
    """A new key, this once with the key itself."""

    key = serializers.CharField(help_text="Shown in this answer and never again.")
