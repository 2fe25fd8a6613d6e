"""The two halves of signing in through a provider, up to who it was: away, and back."""
# checklist: allow bll-split: the row that ties both together is gone when the run begins, whatever becomes of that

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.timezone import now

from VaultManagement.ProviderSignIn.bll.HelperFunctions import (
    TIME_TO_RETURN,
    Start,
    digest,
    not_begun,
    not_offered,
)
from VaultPlatform.identity.service import sign_in_start_service

if TYPE_CHECKING:
    from VaultPlatform.identity.oidc import OpenIdConnect, ProviderIdentity


def begin_sign_in() -> tuple[str, str]:
    """Where the person is sent, and the secret that the client has to come back with.

    Raises NotFound where the site has no provider, Unavailable if it cannot be asked.
    """
    provider, start = _provider(), Start()
    url = provider.authorization_url(state=start.state, nonce=start.nonce, code_verifier=start.code_verifier)
    sign_in_start_service.bulk_delete({"expires_at__lte": now()})
    sign_in_start_service.create(
        state_sha256=digest(start.state),
        client_sha256=digest(start.binding),
        nonce=start.nonce,
        code_verifier=start.code_verifier,
        expires_at=now() + TIME_TO_RETURN,
    )
    return url, start.binding


def get_identity(*, code: str, state: str, binding: str) -> ProviderIdentity:
    """Who comes back with `code` and `state` to the client that holds `binding`; each state is good once.

    Raises NotFound where the site has no provider, Unauthenticated, Unavailable if it cannot be asked.
    """
    provider = _provider()
    begun = sign_in_start_service.get(state_sha256=digest(state), expires_at__gt=now())
    if begun is None or not compare_digest(begun.client_sha256, digest(binding)):
        raise not_begun()
    if not sign_in_start_service.delete(begun.pk):
        raise not_begun()  # somebody was faster
    return provider.identity(code=code, nonce=begun.nonce, code_verifier=begun.code_verifier)


def _provider() -> OpenIdConnect:
    if settings.SIGN_IN_PROVIDER is None:
        raise not_offered()
    provider: OpenIdConnect = settings.SIGN_IN_PROVIDER
    return provider
