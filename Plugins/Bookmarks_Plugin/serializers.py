"""What the endpoints take and give."""

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from Plugins.Bookmarks_Plugin.CommonConstants import MAX_ENTITY_ID, MAX_TITLE, MAX_URL


class ShareBookmarkSerializer(serializers.Serializer):
    """A new bookmark. Which addresses are good is decided by the step that writes it, whoever stages that."""

    target_url = serializers.CharField(max_length=MAX_URL, help_text="A full http(s) address.")
    title = serializers.CharField(max_length=MAX_TITLE)


class ListBookmarksSerializer(PageQuerySerializer):
    """Which bookmarks, and which part of the list."""

    mine = serializers.BooleanField(default=False, help_text="Only those that you have shared.")
    entity = serializers.CharField(
        max_length=MAX_ENTITY_ID,
        default="",
        allow_blank=True,
        help_text="Only those that point at the entity of this id.",
    )


class BookmarkSerializer(serializers.Serializer):
    """A bookmark as it is answered."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    target_url = serializers.CharField()
    shared_by = serializers.CharField(help_text="User name.")
    created_at = serializers.DateTimeField()
