"""What sign-in takes and gives."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer


class SignInSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, style={"input_type": "password"})


class NewPasswordSerializer(BodySerializer):
    """A new password for oneself."""

    old_password = serializers.CharField(
        max_length=1024, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )
    password = serializers.CharField(
        max_length=1024, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField(max_length=4096)


class TokenPairSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is good.")


class MeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    username = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()
    permissions = serializers.ListField(
        child=serializers.CharField(), help_text="All that whoever asks may do."
    )
    organisation = serializers.CharField()
