"""What was said of plugins: by operators, by the administrators of organisations, and of failing hooks by the host."""

from django.db import models


class PluginSwitch(models.Model):
    """What was said of one plugin, or of one of its hook implementations, in one organisation or in all of them."""

    id = models.BigAutoField(primary_key=True)
    plugin = models.CharField(max_length=200)
    #: Of the implementation; empty for the plugin itself.
    hook = models.CharField(max_length=200, default="")
    #: Key of the organisation; empty for what holds where nothing else was said.
    organisation = models.CharField(max_length=48)
    #: The operator's word: whether it may be on. Null if nothing was said.
    allowed = models.BooleanField(null=True, default=None)
    #: Whether it is switched on; null if nothing was said.
    switched_on = models.BooleanField(null=True, default=None)
    #: Why, of an implementation that the host has switched off.
    reason = models.TextField(default="")
    #: Number of the entry in the site's audit chain that tells of the last change. It grows in the order of commits, so
    #: whoever has read up to one reads on from there.
    seq = models.BigIntegerField(unique=True)

    class Meta:
        app_label = "control"
        db_table = "plugin_switch"
        constraints = (
            models.UniqueConstraint(fields=["plugin", "hook", "organisation"], name="plugin_switch_once"),
        )
