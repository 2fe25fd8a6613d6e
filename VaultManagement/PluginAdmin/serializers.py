"""What is shown of plugins."""

from rest_framework import serializers


class LoadStatusSerializer(serializers.Serializer):
    routes_registered = serializers.BooleanField(help_text="Whether its routes answer.")
    stage = serializers.CharField(allow_null=True, help_text="Where loading failed; null if it did not.")
    failure_reason = serializers.CharField(
        allow_null=True, help_text="Why it is not on, or what is to be known."
    )


class PluginSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    state = serializers.ChoiceField(("on", "off", "failed", "absent"))
    load_status = LoadStatusSerializer()
