"""Keys with which programs ask in a member's name."""

import uuid

from django.db import models
from django.utils.timezone import now

from VaultModels.models.Users import User


class ApiKey(models.Model):
    """A key of a member, good for some of what they may do, until it expires.

    The key itself is not kept. Its SHA-256 is enough: a key is 256 random bits, which nobody can try one by one, so
    there is nothing that a slow hash would protect.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    #: How the key begins, to recognise it by.
    prefix = models.CharField(max_length=16)
    #: In hex, of the whole key.
    sha256 = models.CharField(max_length=64, unique=True)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    #: To some minutes.
    last_used_at = models.DateTimeField(null=True, default=None)
    revoked_at = models.DateTimeField(null=True, default=None)
