"""What a view is made of: `ModelAPIView` and its helpers. Plugins import from here."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from NimbusVaultConstants.CommonConstants.SerializerErrors import flatten_serializer_errors
from VaultPlatform.identity.authentication import PrincipalAuthentication

__all__ = ["ModelAPIView", "flatten_serializer_errors", "public"]

View = TypeVar("View", bound=Callable[..., Any])


class ModelAPIView(APIView):
    """A view that only signed-in members reach.

    Roles: `read_role` is needed for GET, HEAD and OPTIONS, `write_role` for the rest; a subclass may raise or lower
    either ("reader", "editor" or "administrator").
    """

    authentication_classes = (PrincipalAuthentication,)
    permission_classes = (IsAuthenticated,)
    read_role: ClassVar[str] = "reader"
    write_role: ClassVar[str] = "editor"


def public(view: View) -> View:
    """Declare a view (a class or a function) reachable without signing in; everything else under /vault is not."""
    view.vault_public = True  # type: ignore[attr-defined]
    if isinstance(view, type) and issubclass(view, APIView):
        view.permission_classes = ()
    return view
