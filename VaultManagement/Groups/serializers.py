"""What the groups' endpoints take and give."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer

#: One request; SQLite binds no more than some thousands of values to a statement.
MAX_MEMBERS = 10_000


class GroupChangesSerializer(BodySerializer):
    """What can be said of a group."""

    name = serializers.CharField(max_length=150, required=False)
    members = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAX_MEMBERS,
        required=False,
        help_text="Ids of all users in the group.",
    )


class NewGroupSerializer(GroupChangesSerializer):
    """A new group: by default without members."""

    name = serializers.CharField(max_length=150)


class GroupSerializer(serializers.Serializer):
    """A group as an administrator sees it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    members = serializers.ListField(child=serializers.UUIDField(), help_text="Ids of users.")
