"""Roles that an organisation makes for itself, beside the built-in ones."""

import uuid

from django.db import models
from django.utils.timezone import now

from NimbusVaultConstants.CommonConstants.Choices import ROLE_NAME_LENGTH


class CustomRole(models.Model):
    """A set of permissions under a name, which members have as their role.

    `User.role` holds the name, which therefore never changes. Permissions of a plugin that is off stay in the list.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=ROLE_NAME_LENGTH, unique=True)
    permissions = models.JSONField(default=list)
    description = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=now)
