"""Reads of activations, from the journal in VAULT_HOME."""

from pathlib import Path
from typing import Any

from django.conf import settings

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultErrors.BackendErrors import errors
from VaultManagement.Activations.bll.HelperFunctions import format_activation
from VaultPlatform.activation.journal import Journal


def list_activations(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the last activations, the newest first."""
    found = Journal(Path(settings.VAULT_HOME)).entries()
    return page_of(found, limit=limit, offset=offset, shown=format_activation)


def get_activation(*, activation: str) -> dict[str, Any]:
    """One activation. Raises NotFound."""
    found = Journal(Path(settings.VAULT_HOME)).find(activation)
    if found is None:
        raise errors.bad_request.NotFound(
            f"There is no activation '{activation}' on this machine, or it is no longer kept."
        )
    return format_activation(found)
