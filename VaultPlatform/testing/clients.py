"""Clients that speak REST to the site as somebody who has really signed in."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from rest_framework.test import APIClient

from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity.service import operator_service

PASSWORD = "a long enough password 42"  # noqa: S105  # of people who live as long as a test


class Client(APIClient):
    """Sends its headers with every request; `id` and `username` are the principal's."""

    def __init__(self, *, id: str, username: str, headers: dict[str, str]) -> None:  # noqa: A002  # as in the API
        super().__init__(headers=headers)
        self.id, self.username = id, username


@dataclass(kw_only=True)
class Clients:
    """Makes clients, signing each principal in once."""

    _members: dict[tuple[str, str], Client] = field(default_factory=dict)

    def client_for(
        self, org: tenancy.Organisation, role: str = "administrator", username: str | None = None
    ) -> Client:
        """A client of the member `username` of `org`, who is created with `role` if there is none yet.

        Without a name it is the one member that this made up for the role.
        """
        username = username or f"the-{role}"
        key = (org.key, username)
        if key not in self._members:
            with tenancy.use(org):
                user = user_service.get(username=username) or user_service.create(
                    username=username, password=PASSWORD, role=role
                )
            access = sign_in(org, username)["access"]
            headers = {"Org": org.slug, "Authorization": f"JWT {access}"}
            self._members[key] = Client(id=str(user.pk), username=username, headers=headers)
        return self._members[key]

    def operator_client(self) -> Client:
        """A client of a new operator of the site."""
        operator = operator_service.create(username=f"operator-{uuid4().hex[:8]}", password="")  # nosec B106  # set below
        operator.set_password(PASSWORD)
        operator_service.update(operator, password=operator.password)
        body = {"username": operator.username, "password": PASSWORD}
        access = _answered(APIClient().post("/vault/site/token", body))["access"]
        headers = {"Authorization": f"JWT {access}"}
        return Client(id=str(operator.pk), username=operator.username, headers=headers)


def sign_in(org: tenancy.Organisation, username: str, password: str = PASSWORD) -> dict[str, Any]:
    """What /vault/auth/token answers, which has to be 200."""
    body = {"username": username, "password": password}
    return _answered(APIClient().post("/vault/auth/token", body, headers={"Org": org.slug}))


def _answered(response: Any) -> dict[str, Any]:
    if response.status_code != 200:  # noqa: PLR2004  # HTTP's
        raise AssertionError(response.content)
    return dict(response.json())
