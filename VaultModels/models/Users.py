"""Members of an organisation and their sign-in sessions."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from NimbusVaultConstants.CommonConstants.Choices import Role


class User(AbstractUser):
    """A member of the organisation whose database holds the row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.READER)
    #: `createsuperuser` and the like ask for nothing more.
    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Session(models.Model):
    """One sign-in: the family of refresh tokens that rotate from it.

    Access tokens name their session, so revoking it ends them at once; `refresh_id` is the only refresh token still
    good, so an old one that comes back shows that it was stolen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
