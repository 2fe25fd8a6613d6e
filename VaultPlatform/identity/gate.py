"""The gate before every view under /vault: nobody passes who is not known, unless the view is declared public.

It stands in the middleware, so that a plugin's plain Django view is guarded like any other. Order: the organisation
(400, 404, 403), then the token (401, 403), then the role (403).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from NimbusVaultConstants.CommonConstants.Choices import Role
from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.identity.paths import is_site_path
from VaultPlatform.identity.service import member_of_session, operator_service
from VaultPlatform.identity.tokens import AccessToken, SiteToken
from VaultPlatform.web.errors import error_response

if TYPE_CHECKING:
    from VaultModels.models import User

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OrganisationMiddleware:
    """Enters the organisation of the `Org` header for the whole request, its streamed body included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_site_path(request.path_info):
            return self.get_response(request)
        try:
            organisation = _organisation(request)
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        structlog.contextvars.bind_contextvars(org=organisation.slug)
        with tenancy.use(organisation):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _inside(
                organisation, cast("Iterable[bytes]", response.streaming_content)
            )
        return response


class AuthenticationMiddleware:
    """Refuses whoever may not use the view; sets `request.user` and `request.vault_principal`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Called with the view that the path resolved to; an answer here means that the view is not reached."""
        view = getattr(view, "cls", getattr(view, "view_class", view))
        if not request.path_info.startswith(f"/{ModelName.url_vault}") or getattr(
            view, "vault_public", False
        ):
            return None
        try:
            if is_site_path(request.path_info):
                _admit_operator(request)
            else:
                _admit_member(request, view)
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        return None


def _organisation(request: HttpRequest) -> tenancy.Organisation:
    slug = request.headers.get("Org", "")
    if not slug:
        raise errors.bad_request.ValidationError(
            "Say which organisation you mean: send its name in the header 'Org'."
        )
    found = tenancy.get_organisation(slug)
    if found is None:
        raise errors.bad_request.NotFound("There is no organisation of that name.")
    if found.status != "active":
        raise errors.bad_request.PermissionDenied(
            "This organisation is suspended; ask the operator of the site."
        )
    return found


def _admit_member(request: HttpRequest, view: Any) -> None:
    token = AccessToken.decode(_credentials(request))
    if token.get("org") != tenancy.current().key:
        raise errors.bad_request.PermissionDenied("This token belongs to another organisation.")
    member = member_of_session(token["sid"])
    if member is None:
        raise errors.bad_request.Unauthenticated("The session has ended; sign in again.")
    _check_role(request, view, member)
    request.user = member
    request.vault_principal = member  # type: ignore[attr-defined]
    request.vault_token = token  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(user=str(member.pk))


def _check_role(request: HttpRequest, view: Any, user: User) -> None:
    if request.method in SAFE_METHODS:
        needed = getattr(view, "read_role", Role.READER)
    else:
        needed = getattr(view, "write_role", Role.EDITOR)
    if not Role(user.role).includes(needed):
        raise errors.bad_request.PermissionDenied(
            f"This needs the role '{Role(needed).value}'; yours is '{user.role}'."
        )


def _admit_operator(request: HttpRequest) -> None:
    token = SiteToken.decode(_credentials(request))
    operator = operator_service.get(id=token["sub"], is_active=True)
    if operator is None:
        raise errors.bad_request.Unauthenticated("There is no such operator any more; sign in again.")
    request.vault_principal = operator  # type: ignore[attr-defined]
    request.vault_token = token  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(operator=str(operator.pk))


def _credentials(request: HttpRequest) -> str:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in {"jwt", "bearer"} or not credentials:
        raise errors.bad_request.Unauthenticated(
            "Sign in first, then send the access token as 'Authorization: JWT <token>'.",
            headers={"WWW-Authenticate": "JWT"},
        )
    return credentials.strip()


def _inside(organisation: tenancy.Organisation, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """`chunks`, each made with `organisation` as the current one: a streamed body may still read the database."""
    iterator = iter(chunks)
    done = object()
    while True:
        with tenancy.use(organisation):
            chunk = next(iterator, done)
        if chunk is done:
            return
        yield chunk  # type: ignore[misc]
