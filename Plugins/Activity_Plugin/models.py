"""The plugin's table, in each organisation's database."""

from django.db import models
from django.utils.timezone import now

from Plugins.Activity_Plugin.CommonConstants import MAX_ENTITY_ID, MAX_ENTITY_TYPE, MAX_KIND


class ActivityEntry(models.Model):
    """Something that happened; never changed.

    Ids are given in the order of writing: they sort entries exactly where clocks may tie, and the oldest are found by
    them without counting.
    """

    id = models.BigAutoField(primary_key=True)
    #: A `Kind`.
    kind = models.CharField(max_length=MAX_KIND)
    entity_type = models.CharField(max_length=MAX_ENTITY_TYPE)
    entity_id = models.CharField(max_length=MAX_ENTITY_ID)
    #: What else there is to say, by name; {} for most kinds.
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "Activity_Plugin"
        indexes = (models.Index(fields=["entity_id", "id"], name="activity_by_entity"),)
