"""The plugin's table, in each organisation's database."""

import uuid

from django.db import models
from django.utils.timezone import now

from Plugins.Bookmarks_Plugin.CommonConstants import MAX_ENTITY_ID, MAX_ENTITY_TYPE, MAX_TITLE, MAX_URL
from VaultModels.models import User


class Bookmark(models.Model):
    """An address that a member has shared with the organisation; never changed.

    Which entity the address points at is worked out when it is shared, so that an entity finds its bookmarks by index
    and exactly.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shared_by = models.ForeignKey(User, related_name="bookmarks", db_index=False, on_delete=models.CASCADE)
    target_url = models.CharField(max_length=MAX_URL)
    title = models.CharField(max_length=MAX_TITLE)
    #: "" if the address does not tell the type, and for an address that points at no entity.
    entity_type = models.CharField(max_length=MAX_ENTITY_TYPE, blank=True, default="")
    #: "" if the address points at no entity.
    entity_id = models.CharField(max_length=MAX_ENTITY_ID, blank=True, default="")
    created_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "Bookmarks_Plugin"
        indexes = (
            models.Index(fields=["created_at", "id"], name="bookmark_by_age"),
            models.Index(fields=["shared_by", "created_at", "id"], name="bookmark_by_member"),
            models.Index(fields=["entity_id", "entity_type"], name="bookmark_by_entity"),
        )
