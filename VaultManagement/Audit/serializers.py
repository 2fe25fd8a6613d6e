"""What the endpoints of the audit trail take and give."""

from typing import Any

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer


class AuditQuerySerializer(PageQuerySerializer):
    """Which entries."""

    entity_id = serializers.CharField(max_length=128, required=False)
    entity_type = serializers.CharField(max_length=64, required=False, help_text="Such as `Document`.")
    actor = serializers.CharField(max_length=64, required=False, help_text="Id of who acted.")
    action = serializers.CharField(max_length=128, required=False, help_text="Such as `document.archived`.")
    outcome = serializers.CharField(
        max_length=16,
        required=False,
        help_text="`done`, `denied`, `stuck`; of plugins also `refused`, `undone`.",
    )
    since = serializers.DateTimeField(required=False, help_text="The earliest moment.")


class ActorSerializer(serializers.Serializer):
    kind = serializers.CharField(
        help_text="`user`, `operator`, `api_key`, `command`, `system` or `anonymous`."
    )
    id = serializers.CharField()
    name = serializers.CharField(help_text="As it was then.")


class AuditEntrySerializer(serializers.Serializer):
    """One act."""

    seq = serializers.IntegerField(help_text="Its number in the chain.")
    at = serializers.DateTimeField()
    actor = ActorSerializer()
    action = serializers.CharField()
    entity_type = serializers.CharField()
    entity_id = serializers.CharField()
    outcome = serializers.CharField()
    request_id = serializers.CharField()
    route = serializers.CharField()
    method = serializers.CharField()
    detail: Any = serializers.DictField()
    hash = serializers.CharField(help_text="Of this entry and, through the one before, of all earlier ones.")


class HeadSerializer(serializers.Serializer):
    """Where the chain ends."""

    seq = serializers.IntegerField()
    hash = serializers.CharField()


class FindingSerializer(serializers.Serializer):
    """One fault of the chain."""

    seq = serializers.IntegerField(help_text="Of the entry; 0 if it is about no single one.")
    kind = serializers.CharField(help_text="`hash`, `column`, `gap`, `head`, `anchor` or `unreadable`.")
    what = serializers.CharField()


class AuditReportSerializer(serializers.Serializer):
    """What a verification has found."""

    valid = serializers.BooleanField()
    entries = serializers.IntegerField(help_text="How many were read.")
    head = HeadSerializer()
    found = serializers.IntegerField(help_text="How many faults; the first 100 are listed.")
    findings = FindingSerializer(many=True)
