"""What the endpoint takes and gives."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from Plugins.Activity_Plugin.CommonConstants import MAX_ENTITY_ID, Kind


class ListActivitySerializer(PageQuerySerializer):
    """Which entries, and which part of the list."""

    kind = serializers.ChoiceField(
        Kind.choices, default="", allow_blank=True, help_text="Only entries of this kind."
    )
    entity_id = serializers.CharField(
        max_length=MAX_ENTITY_ID,
        default="",
        allow_blank=True,
        help_text="Only what happened to the entity of this id.",
    )


class ActivityEntrySerializer(serializers.Serializer):
    """An entry as it is answered."""

    id = serializers.IntegerField(help_text="Grows from entry to entry.")
    kind = serializers.ChoiceField(Kind.choices)
    entity_type = serializers.CharField(help_text='Such as "Document"; "User" for a member.')
    entity_id = serializers.CharField()
    detail = serializers.DictField(help_text='For version_added: {"number": which}; else empty.')
    created_at = serializers.DateTimeField()
