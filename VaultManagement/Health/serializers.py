"""What the health endpoints answer."""

from rest_framework import serializers


class LivenessSerializer(serializers.Serializer):
    status = serializers.CharField(help_text="Always 'ok'.")


class ComponentSerializer(serializers.Serializer):
    status = serializers.ChoiceField(("ok", "warning", "failing"))
    detail = serializers.CharField(required=False, help_text="What is wrong, in general words.")


class ReadinessSerializer(serializers.Serializer):
    status = serializers.ChoiceField(("ok", "unavailable"))
    components = serializers.DictField(child=ComponentSerializer())
