"""The people who run the site."""

import uuid
from typing import ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils import timezone


class Operator(models.Model):
    """Somebody who runs the site; a member of no organisation."""

    #: What REST framework asks of whoever a request comes from.
    is_authenticated: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True)
    #: The hash, never the password.
    password = models.CharField(max_length=128)
    #: An operator who is not active cannot sign in, and tokens given before are refused.
    is_active = models.BooleanField(default=True)
    #: Tokens name the generation that they are of; signing out begins the next, so that all given before are refused.
    token_generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        app_label = "control"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username

    def set_password(self, password: str) -> None:
        """Keep the hash of `password`; the row is saved by whoever calls."""
        self.password = make_password(password)

    def check_password(self, password: str) -> bool:
        """Whether `password` is this operator's."""
        return check_password(password, self.password)
