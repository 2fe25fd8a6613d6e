"""What endpoints of activations take and give."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from VaultPlatform.activation.journal import ASKED, OVER, REMOVING, STAGES


class EnableSerializer(BodySerializer):
    """How a plugin is switched on."""

    with_dependencies = serializers.BooleanField(default=False, help_text="Switch on what it needs, too.")


class DisableSerializer(BodySerializer):
    """How a plugin is switched off."""

    with_dependants = serializers.BooleanField(default=False, help_text="Switch off what needs it, too.")


class AskerSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)


class ActivationSerializer(serializers.Serializer):
    id = serializers.CharField()
    action = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField(), help_text="What was asked for by name.")
    actor = AskerSerializer(allow_null=True, help_text="Who asked.")
    state = serializers.ChoiceField((ASKED, *STAGES, REMOVING, *OVER))
    over = serializers.BooleanField(help_text="Whether nothing of it is left to do.")
    times = serializers.DictField(child=serializers.DateTimeField(), help_text="When each stage began.")
    switched_on = serializers.ListField(child=serializers.CharField())
    switched_off = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_null=True, help_text="Why nothing was switched.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What else is to be known.")
