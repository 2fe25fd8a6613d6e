"""Writes of operators, as steps of a run. They work on databases other than the current one, so they are external."""

from typing import Any

from Orchestrators.ContextManager import context_manager, external_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Site.bll.HelperFunctions import format_organisation
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy

OUTCOME = {"common": ["result", "result_status", "organisation"]}
ORGANISATION = {"common": ["organisation"]}


@external_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_organisation_bll(orchestrator: Any, slug: str, name: str) -> None:
    """Make an organisation; its slug goes into the context."""
    organisation = tenancy.create_organisation(slug=slug, name=name)
    orchestrator.set_context_value("organisation", organisation.slug)
    orchestrator.set_context_value("result", format_organisation(organisation))
    orchestrator.set_context_value("result_status", 201)


@external_step
@context_manager(get_contexts=ORGANISATION, set_contexts={})
def rollback_create_organisation_bll(orchestrator: Any) -> None:
    """Remove the organisation again."""
    tenancy.drop_organisation(_made_organisation(orchestrator))


@external_step
@context_manager(get_contexts=ORGANISATION, set_contexts={})
def create_administrator_bll(orchestrator: Any, username: str, password_hash: str) -> None:
    """Give the new organisation the administrator that signs in first."""
    with tenancy.use(_made_organisation(orchestrator)):
        user_service.create(username=username, password_hash=password_hash, role="administrator")


def _made_organisation(orchestrator: Any) -> tenancy.Organisation:
    """The organisation that this run has made. Raises NotFound if somebody has removed it meanwhile."""
    slug = orchestrator.get_context_value("organisation")
    organisation = tenancy.get_organisation(slug)
    if organisation is None:
        raise errors.bad_request.NotFound(f"There is no organisation '{slug}' any more.")
    return organisation
