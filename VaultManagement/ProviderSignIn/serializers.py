"""What signing in through a provider takes and gives."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer


class AuthorizationUrlSerializer(serializers.Serializer):
    authorization_url = serializers.CharField(help_text="Where the person signs in.")


class ReturnSerializer(BodySerializer):
    """What the provider has sent the person back with."""

    code = serializers.CharField(max_length=4096)
    state = serializers.CharField(max_length=128)
