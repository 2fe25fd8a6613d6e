"""The members' table."""

from typing import Any

from VaultModels.models import User
from VaultModels.ModelService import ModelService


class UserService(ModelService[User]):
    model = User

    def create(self, *, password_hash: str | None = None, **fields: Any) -> User:
        """A new member; `password` is given in clear and stored as a hash, or the hash is given instead."""
        if password_hash is None:
            return User.objects.create_user(**fields)
        return super().create(password=password_hash, **fields)


user_service = UserService()
