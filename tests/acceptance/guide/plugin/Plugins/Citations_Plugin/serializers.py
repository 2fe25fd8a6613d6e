from rest_framework import serializers


class RecordCitationSerializer(serializers.Serializer):
    source_url = serializers.URLField(max_length=1024)
    quote = serializers.CharField(max_length=500)
