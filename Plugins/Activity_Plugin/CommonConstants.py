"""What several files of the plugin share."""

from typing import Final

from django.db.models import TextChoices

MAX_KIND: Final = 32
MAX_ENTITY_TYPE: Final = 64
MAX_ENTITY_ID: Final = 255
#: What entries about plugins have as their entity's type, whose id is the plugin's name.
PLUGIN: Final = "Plugin"
#: What entries about members have as their entity's type; only administrators see those.
MEMBER: Final = "User"


class Kind(TextChoices):
    """What happened."""

    CREATED = "created"
    UPDATED = "updated"
    ARCHIVED = "archived"
    RESTORED = "restored"
    DELETED = "deleted"
    VERSION_ADDED = "version_added"
    USER_CREATED = "user_created"
    SIGNED_IN = "signed_in"
    PLUGIN_ENABLED = "plugin_enabled"
    PLUGIN_DISABLED = "plugin_disabled"
