"""What a view is made of: `ModelAPIView` and its helpers. Plugins import from here."""

from collections.abc import Callable, Mapping
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

    Permissions, of which an organisation's own roles consist, follow from that: "<area>.read", ".write" or ".manage"
    for what readers, editors or administrators may; the area is the feature's or plugin's name. `read_permission` and
    `write_permission` name others, for all methods or as a dict by method; "" is what every member may.
    `also_permissions` are more, with the least role that has them, that the code behind the view asks for by `may`.
    """

    authentication_classes = (PrincipalAuthentication,)
    permission_classes = (IsAuthenticated,)
    read_role: ClassVar[str] = "reader"
    write_role: ClassVar[str] = "editor"
    read_permission: ClassVar[str | Mapping[str, str] | None] = None
    write_permission: ClassVar[str | Mapping[str, str] | None] = None
    also_permissions: ClassVar[Mapping[str, str]] = {}
    #: Whether API keys are refused, whatever their permissions.
    people_only: ClassVar[bool] = False


def public(view: View) -> View:
    """Declare a view (a class or a function) reachable without signing in; everything else under /vault is not."""
    view.vault_public = True  # type: ignore[attr-defined]
    if isinstance(view, type) and issubclass(view, APIView):
        view.permission_classes = ()
    return view
