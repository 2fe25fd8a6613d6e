"""The gate before every view under /vault: nobody passes who is not known, unless the view is declared public.

It stands in the middleware, so that a plugin's plain Django view is guarded like any other. Order: the organisation
(400, 404, 403), then the token or API key (401, 403), then the permission (403).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from NimbusVaultConstants.CommonConstants.Choices import Role
from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit import Actor
from VaultPlatform.identity import api_keys
from VaultPlatform.identity.paths import is_site_path
from VaultPlatform.identity.permissions import holds, needed_for, view_of
from VaultPlatform.identity.service import KeyInUse, member_of_session, operator_service
from VaultPlatform.tenancy.states import why_closed
from VaultPlatform.web.errors import error_response

if TYPE_CHECKING:
    from VaultModels.models import User
    from VaultPlatform.identity.tokens import AccessToken

#: After which a client that meets an organisation in the middle of its migrations is told to try again.
UPGRADE_SECONDS = 30


class OrganisationMiddleware:
    """Enters the organisation of the `Org` header for the whole request, its streamed body included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_site_path(request.path_info):
            with tenancy.outside():
                return self.get_response(request)
        try:
            organisation = organisation_of(request)
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        structlog.contextvars.bind_contextvars(org=organisation.slug)
        with tenancy.use(organisation):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):  # a streamed body may still read the database
            chunks: Any = response.streaming_content
            inside: Any = tenancy.inside_async if response.is_async else tenancy.inside
            response.streaming_content = inside(organisation, chunks)
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
        view = view_of(view)
        if not request.path_info.startswith(f"/{ModelName.url_vault}") or getattr(
            view, "vault_public", False
        ):
            return None
        try:
            if is_site_path(request.path_info):
                admit_operator(request)
            else:
                _admit_member(request, view)
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        return None


def organisation_of(request: HttpRequest) -> tenancy.Organisation:
    """The organisation that the header `Org` names. Raises ValidationError, NotFound, PermissionDenied, Unavailable."""
    slug = request.META.get("HTTP_ORG", "")
    if not slug:
        raise errors.bad_request.ValidationError(
            "Say which organisation you mean: send its name in the header 'Org'."
        )
    found = tenancy.get_organisation(slug)
    if found is None:
        raise errors.bad_request.NotFound("There is no organisation of that name.")
    if reason := why_closed(found):
        raise errors.bad_request.PermissionDenied(reason)
    if not found.migrated:
        raise errors.server.Unavailable(
            "This organisation is being upgraded; try again in a moment.", retry_after=UPGRADE_SECONDS
        )
    return found


def _admit_member(request: HttpRequest, view: Any) -> None:
    credentials = _credentials(request)
    member, by = _by_key(credentials) if credentials.startswith(api_keys.MARK) else _by_session(credentials)
    request.vault_actor = _actor(member, by)  # type: ignore[attr-defined]  # known from here on, also where it is denied
    _check_permission(request, view, member)
    if isinstance(by, KeyInUse):
        _check_open_to_keys(view)
        api_keys.note_use(by)
        structlog.contextvars.bind_contextvars(api_key=str(by.id))
    request.user = member
    request.vault_principal = member  # type: ignore[attr-defined]
    request.vault_token = by  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(user=str(member.pk))


def _actor(member: User, by: AccessToken | KeyInUse) -> Actor:
    if isinstance(by, KeyInUse):
        return Actor(kind="api_key", id=str(by.id), name=f"{by.name} ({member.username})")
    return Actor(kind="user", id=str(member.pk), name=member.username)


def _by_session(credentials: str) -> tuple[User, AccessToken]:
    from VaultPlatform.identity.tokens import AccessToken

    token = AccessToken.decode(credentials)
    if token.get("org") != tenancy.current().key:
        raise errors.bad_request.PermissionDenied("This token belongs to another organisation.")
    member = member_of_session(token["sid"])
    if member is None:
        raise errors.bad_request.Unauthenticated("The session has ended; sign in again.")
    return member, token


def _by_key(credentials: str) -> tuple[User, KeyInUse]:
    found = api_keys.member_of(credentials)
    if found is None:
        raise errors.bad_request.Unauthenticated(
            "This API key is not known here, has expired or was revoked.",
            headers={"WWW-Authenticate": "ApiKey"},
        )
    return found


def _check_permission(request: HttpRequest, view: Any, member: User) -> None:
    needed = needed_for(view, request.method or "")
    if holds(member, needed):
        return
    if member.key_permissions is not None:
        refusal = f"This needs the permission '{needed.name}', which this API key or its owner does not have."
    elif member.role in Role.values:
        refusal = f"This needs the role '{needed.least_role.value}'; yours is '{member.role}'."
    else:
        refusal = f"This needs the permission '{needed.name}', which your role '{member.role}' does not have."
    raise errors.bad_request.PermissionDenied(refusal)


def _check_open_to_keys(view: Any) -> None:
    if getattr(view, "people_only", False):
        raise errors.bad_request.PermissionDenied("This is for people who have signed in, not for API keys.")


def admit_operator(request: HttpRequest) -> None:
    """Let an operator in, and say in `request` who it is. Raises Unauthenticated."""
    from VaultPlatform.identity.tokens import SiteToken

    token = SiteToken.decode(_credentials(request))
    operator = operator_service.get(id=token["sub"], is_active=True)
    if operator is None:
        raise errors.bad_request.Unauthenticated("There is no such operator any more; sign in again.")
    if token.get("gen") != str(operator.token_generation):
        raise errors.bad_request.Unauthenticated("You have signed out meanwhile; sign in again.")
    request.vault_actor = Actor(kind="operator", id=str(operator.pk), name=operator.username)  # type: ignore[attr-defined]
    request.vault_principal = operator  # type: ignore[attr-defined]
    request.vault_token = token  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(operator=str(operator.pk))


def _credentials(request: HttpRequest) -> str:
    scheme, _, credentials = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    credentials, scheme = credentials.strip(), scheme.lower()
    fits = credentials.startswith(api_keys.MARK) if scheme == "apikey" else scheme in {"jwt", "bearer"}
    if not fits or not credentials:
        raise errors.bad_request.Unauthenticated(
            "Sign in first, then send the access token as 'Authorization: JWT <token>', or a key as 'ApiKey <key>'.",
            headers={"WWW-Authenticate": "JWT"},
        )
    return credentials
