"""What the members' endpoints take and give."""

import unicodedata
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.Choices import ROLE_NAME_LENGTH

MAX_GROUPS = 200


class UsernameField(serializers.CharField):
    """A user name in the one form in which it is kept (NFKC), so that names that look alike are the same name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=150, validators=[UnicodeUsernameValidator()], **options)

    def to_internal_value(self, data: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_internal_value(data))


class NewPasswordField(serializers.CharField):
    """A password to be set; never shown."""

    def __init__(self, **options: Any) -> None:
        style = {"input_type": "password"}
        super().__init__(max_length=1024, trim_whitespace=False, write_only=True, style=style, **options)


class UserChangesSerializer(BodySerializer):
    """What can be said of a member."""

    username = UsernameField(required=False)
    password = NewPasswordField(required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    role = serializers.CharField(
        max_length=ROLE_NAME_LENGTH,
        required=False,
        help_text="A built-in role, or one of the organisation's own.",
    )
    is_active = serializers.BooleanField(required=False)
    groups = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        max_length=MAX_GROUPS,
        required=False,
        help_text="Ids of all groups that the user is in.",
    )


class NewUserSerializer(UserChangesSerializer):
    """A new member: by default an active reader in no group."""

    username = UsernameField()
    password = NewPasswordField()


class UserSerializer(serializers.Serializer):
    """A member as an administrator sees them."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()
    is_active = serializers.BooleanField()
    groups = serializers.ListField(child=serializers.IntegerField(), help_text="Ids.")
    created_at = serializers.DateTimeField()
