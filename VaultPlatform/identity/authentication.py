"""How DRF learns what the gate has established. Apart, because DRF's settings import it before its views."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class PrincipalAuthentication(BaseAuthentication):
    """Hands DRF the principal that the site's authentication has established, and never another."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The signed-in principal with its access token, or None."""
        ours = request._request  # noqa: SLF001  # Django's own request has no other name
        principal = getattr(ours, "vault_principal", None)
        return None if principal is None else (principal, getattr(ours, "vault_token", None))

    def authenticate_header(self, request: Request) -> str:
        """The challenge that goes with a 401."""
        return "JWT"
