"""Members of an organisation and their sign-in sessions."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now

from NimbusVaultConstants.CommonConstants.Choices import ROLE_NAME_LENGTH, Role

#: So much of what a client says of itself is kept.
USER_AGENT_LENGTH = 120


class User(AbstractBaseUser, PermissionsMixin):
    """A member of the organisation whose database holds the row.

    Read with every request, so it has few columns.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(blank=True)
    #: A built-in role, or the name of a CustomRole.
    role = models.CharField(max_length=ROLE_NAME_LENGTH, default=Role.READER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    #: Sessions say when somebody signed in, and roles what they may: no columns for these.
    last_login = None
    is_superuser = None

    #: Permissions of the custom role, for members of one, set by who reads the request's session. None: not looked up.
    role_permissions: frozenset[str] | None = None
    #: Permissions of the API key that asks in the member's name; None when the member does so in person.
    key_permissions: frozenset[str] | None = None

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="user_name_whatever_its_case"),)

    def __str__(self) -> str:
        return self.username


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
    #: When it was opened, or its tokens were last refreshed.
    last_used_at = models.DateTimeField(default=now)
    #: The client's, at sign-in, so that people recognise the session.
    address = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=USER_AGENT_LENGTH, default="")
