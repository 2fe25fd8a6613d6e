"""What the endpoints of runs take and give."""

from typing import Any

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from Orchestrators.Journal import RunState
from VaultPlatform.runs.handling import OUTCOMES

KINDS = ("run", "task")
STATES = tuple(state.value for state in RunState)
DELIVERY_STATES = ("waiting", "given_up")


class OrganisationQuerySerializer(serializers.Serializer):
    org = serializers.CharField(
        max_length=40, required=False, help_text="Slug of the organisation; the site's own runs without it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """REST framework takes an empty value of a query for none."""
        if self.initial_data.get("org") == "":
            raise serializers.ValidationError(
                {"org": "Name the organisation, or leave `org` out for the site's own runs."}
            )
        return attrs


class RunsQuerySerializer(PageQuerySerializer):
    """Which runs."""

    state = serializers.ChoiceField(STATES, required=False)
    name = serializers.CharField(max_length=200, required=False)
    kind = serializers.ChoiceField(KINDS, required=False)


class SiteRunsQuerySerializer(RunsQuerySerializer, OrganisationQuerySerializer):
    """Which runs, and whose."""


class DeliveriesQuerySerializer(PageQuerySerializer):
    """Which events."""

    state = serializers.ChoiceField(DELIVERY_STATES, required=False)


class SiteDeliveriesQuerySerializer(DeliveriesQuerySerializer, OrganisationQuerySerializer):
    """Which events, and whose."""


class SettlementSerializer(BodySerializer):
    """How somebody has put a run right."""

    outcome = serializers.ChoiceField(OUTCOMES, help_text="As what the run is closed.")
    note = serializers.CharField(max_length=1000, help_text="What was found and done, for the audit trail.")


class StepSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="`module:function`.")
    state = serializers.CharField(help_text="`staged`, `begun`, `done`, `failed`, `undone` or `not undone`.")
    attempts = serializers.IntegerField()
    error = serializers.CharField()


class RunActorSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField(help_text="As it was then.")


class RunSerializer(serializers.Serializer):
    """One run, without what it was given and has answered."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    state = serializers.ChoiceField(STATES)
    steps = StepSerializer(many=True)
    progress: Any = serializers.DictField(allow_null=True, help_text="As the steps report it.")
    status = serializers.IntegerField(allow_null=True, help_text="Of its answer.")
    error = serializers.CharField(help_text="Why it failed.")
    actor = RunActorSerializer()
    request_id = serializers.CharField()
    queue = serializers.CharField(help_text="Empty for one that was executed at once.")
    attempts = serializers.IntegerField(help_text="How many processes have taken it up.")
    next_attempt = serializers.DateTimeField(allow_null=True)
    cancel_requested = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DeliverySerializer(serializers.Serializer):
    """One event for one listener, without its arguments."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(DELIVERY_STATES)
    hook = serializers.CharField()
    listener = serializers.CharField(help_text="The plugin.")
    entity = serializers.CharField(help_text="What it is about.")
    attempts = serializers.IntegerField()
    next_attempt = serializers.DateTimeField(allow_null=True, help_text="Null once it has been given up.")
    error = serializers.CharField()
    run_id = serializers.UUIDField()


class ReplayedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
