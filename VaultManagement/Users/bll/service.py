"""The members' table."""

from typing import Any

from django.contrib.auth.hashers import make_password

from VaultModels.models import User
from VaultModels.ModelService import ModelService


class UserService(ModelService[User]):
    model = User

    def create(  # type: ignore[override]  # a member has a name
        self, *, username: str, password: str | None = None, password_hash: str | None = None, **fields: Any
    ) -> User:
        """A new member.

        `password` is given in clear and stored as a hash, or the hash is given instead; with neither nobody can sign
        in as this member.
        """
        encoded = password_hash if password_hash is not None else make_password(password)
        return super().create(username=User.normalize_username(username), password=encoded, **fields)


user_service = UserService()
