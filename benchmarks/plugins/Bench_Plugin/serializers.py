"""What a client sends."""

from rest_framework import serializers


class RowSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=255)
    target_url = serializers.URLField(max_length=2048)
