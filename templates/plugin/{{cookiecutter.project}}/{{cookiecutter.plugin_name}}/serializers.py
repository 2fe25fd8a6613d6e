"""What the endpoints take and give, field by field."""

from rest_framework import serializers


{% if cookiecutter.models %}class NewEntrySerializer(serializers.Serializer):
    """A new entry."""

    text = serializers.CharField(max_length=500)


class EntrySerializer(serializers.Serializer):
    """An entry as it is answered."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    author = serializers.CharField(allow_null=True, help_text="User name.")
    created_at = serializers.DateTimeField(){% else %}class GreetingSerializer(serializers.Serializer):
    """The answer."""

    greeting = serializers.CharField(){% endif %}
