"""What an organisation holds, counted: for tests in which nothing may have changed."""

from collections.abc import Callable
from typing import Any

from VaultManagement.Documents.bll.service import document_service, document_version_service
from VaultPlatform import tenancy
from VaultPlatform.audit.reading import OrganisationChain
from VaultPlatform.audit.service import audit_entry_service
from VaultPlatform.audit.verification import verify
from VaultPlatform.runs.service import delivery_service, run_service


def held(org: tenancy.Organisation, blobs: Callable[[], list[str]]) -> dict[str, Any]:
    """Rows of each kind, and the files of its storage."""
    services = {
        "documents": document_service,
        "versions": document_version_service,
        "entries": audit_entry_service,
        "runs": run_service,
        "deliveries": delivery_service,
    }
    with tenancy.use(org):
        assert verify(OrganisationChain()).valid
        counts: dict[str, Any] = {name: service.filter().count() for name, service in services.items()}
        return counts | {"blobs": blobs()}
