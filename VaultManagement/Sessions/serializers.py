"""What the endpoints of sessions give."""

from rest_framework import serializers


class SessionSerializer(serializers.Serializer):
    """A sign-in that is still good."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(help_text="When it was opened, or its tokens last refreshed.")
    expires_at = serializers.DateTimeField(help_text="Unless it is refreshed before.")
    address = serializers.CharField(help_text="Where the sign-in came from.")
    user_agent = serializers.CharField(help_text="How the client named itself, shortened.")
    current = serializers.BooleanField(help_text="Whether it is the one that asks.")
