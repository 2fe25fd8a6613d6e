"""What is shown of plugins."""

from rest_framework import serializers


class LoadStatusSerializer(serializers.Serializer):
    routes_registered = serializers.BooleanField(help_text="Whether its routes answer.")
    stage = serializers.CharField(allow_null=True, help_text="Where loading failed; null if it did not.")
    failure_reason = serializers.CharField(
        allow_null=True, help_text="Why it is not on, or what is to be known."
    )
    waiting = serializers.CharField(
        allow_null=True, help_text="What is loaded with the next switch or start; null if it is the same."
    )


class PluginSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="What people call it.")
    description = serializers.CharField(allow_blank=True)
    author = serializers.CharField(allow_blank=True)
    licence = serializers.CharField(allow_blank=True)
    homepage = serializers.CharField(allow_blank=True)
    level = serializers.ChoiceField(
        ("site", "organisation"), help_text='"organisation" if each may switch it off, "site" if none may.'
    )
    requires = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        help_text="The plugins that it needs, each with a range of versions.",
    )
    required_by = serializers.ListField(
        child=serializers.CharField(), help_text="The plugins that are on and need it."
    )
    state = serializers.ChoiceField(("on", "off", "failed", "absent"))
    load_status = LoadStatusSerializer()
