"""Writes of operators, as steps of a run. They work on databases other than the current one, so they are external."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from Orchestrators.ContextManager import context_manager, external_step
from VaultErrors.BackendErrors import errors
from VaultManagement.PluginAdmin.bll.GetApisbll import plugin_status
from VaultManagement.Site.bll.HelperFunctions import format_organisation
from VaultManagement.Users.bll.PostApisbll import first_administrator
from VaultPlatform import tenancy
from VaultPlatform.host import hook_reports
from VaultPlatform.host.organisations import say_as_operator
from VaultPlatform.host.switching import said_of, switch_hook_off
from VaultPlatform.tenancy import archive

OUTCOME = {"common": ["result", "result_status", "organisation"]}
ORGANISATION = {"common": ["organisation"]}
BEFORE = {"common": ["organisation_before"]}
CHANGE = {"common": ["result", "result_status", "organisation_before"]}
SAYING = {"common": ["result", "result_status", "said_before"]}
SAID = {"common": ["said_before"]}
LIFTING = {"common": ["result", "result_status", "lifted"]}
LIFTED = {"common": ["lifted"]}


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
    first_administrator(_made_organisation(orchestrator), username=username, password_hash=password_hash)


@external_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def import_organisation_bll(orchestrator: Any, slug: str, path: str, name: str) -> None:
    """Make an organisation of the archive in the file `path`; its slug goes into the context."""
    with Path(path).open("rb") as file:
        organisation = archive.import_organisation(file, slug=slug, name=name)
    orchestrator.set_context_value("organisation", organisation.slug)
    orchestrator.set_context_value("result", format_organisation(organisation))
    orchestrator.set_context_value("result_status", 201)


@external_step
@context_manager(get_contexts={}, set_contexts=CHANGE)
def rename_organisation_bll(orchestrator: Any, slug: str, changes: dict[str, str]) -> None:
    """Give an organisation another slug, another name, or both."""

    def rename(organisation: tenancy.Organisation) -> tenancy.Organisation:
        return tenancy.rename_organisation(
            organisation.slug, new_slug=changes.get("slug"), name=changes.get("name")
        )

    _change(orchestrator, slug, rename)


@external_step
@context_manager(get_contexts={}, set_contexts=CHANGE)
def suspend_organisation_bll(orchestrator: Any, slug: str) -> None:
    """Close an organisation to its members."""
    _change(orchestrator, slug, lambda organisation: tenancy.suspend_organisation(organisation.slug))


@external_step
@context_manager(get_contexts={}, set_contexts=CHANGE)
def resume_organisation_bll(orchestrator: Any, slug: str) -> None:
    """Open an organisation again."""
    _change(orchestrator, slug, lambda organisation: tenancy.resume_organisation(organisation.slug))


@external_step
@context_manager(get_contexts={}, set_contexts=CHANGE)
def delete_organisation_bll(orchestrator: Any, slug: str) -> None:
    """Close an organisation, to be removed after the grace period."""
    _change(orchestrator, slug, lambda organisation: tenancy.delete_organisation(organisation.slug))


def said_before(name: str, organisation: str | None, words: Iterable[str]) -> dict[str, Any]:
    """What is to be remembered of a plugin before an operator says `words` of it. Raises NotFound."""
    where = None if organisation is None else tenancy.find_organisation(organisation)
    said = asdict(said_of(name, where))
    return {"name": name, "organisation": organisation, "words": {word: said[word] for word in words}}


@external_step(unknown="retry")
@context_manager(get_contexts={}, set_contexts=SAYING)
def say_of_plugin_bll(
    orchestrator: Any,
    name: str,
    organisation: str | None,
    words: dict[str, bool | None],
    before: dict[str, Any],
) -> None:
    """Say of a plugin whether it may be on, and whether it is, in an organisation or in all."""
    orchestrator.set_context_value("said_before", before)
    orchestrator.set_context_value("result", say_as_operator(plugin_status(name), organisation, words))
    orchestrator.set_context_value("result_status", 200)


@external_step
@context_manager(get_contexts=SAID, set_contexts={})
def rollback_say_of_plugin_bll(orchestrator: Any) -> None:
    """Say of the plugin what was said before."""
    before = orchestrator.get_context_value("said_before")
    say_as_operator(plugin_status(before["name"]), before["organisation"], before["words"])


def why_hook_is_off(name: str, hook: str, organisation: str) -> str:
    """Why a hook implementation is switched off in an organisation. Raises NotFound if it is not."""
    return hook_reports.why_off(plugin_status(name).name, hook, organisation)


@external_step(unknown="retry")
@context_manager(get_contexts={}, set_contexts=LIFTING)
def lift_hook_bll(orchestrator: Any, name: str, hook: str, organisation: str, reason: str) -> None:
    """Have a hook implementation be called again in an organisation; `reason`: why it is switched off."""
    lifted = {"name": name, "hook": hook, "organisation": organisation, "reason": reason}
    orchestrator.set_context_value("lifted", lifted)
    orchestrator.set_context_value("result", hook_reports.lift_hook(name, hook, organisation))
    orchestrator.set_context_value("result_status", 200)


@external_step
@context_manager(get_contexts=LIFTED, set_contexts={})
def rollback_lift_hook_bll(orchestrator: Any) -> None:
    """Switch it off again."""
    lifted = orchestrator.get_context_value("lifted")
    where = tenancy.find_organisation(lifted["organisation"])
    switch_hook_off(lifted["name"], lifted["hook"], where, reason=lifted["reason"])


@external_step
@context_manager(get_contexts=BEFORE, set_contexts={})
def rollback_change_organisation_bll(orchestrator: Any) -> None:
    """Put the organisation's names and state back to what they were."""
    tenancy.put_back_organisation(
        tenancy.Organisation(**orchestrator.get_context_value("organisation_before"))
    )


def _change(
    orchestrator: Any, slug: str, change: Callable[[tenancy.Organisation], tenancy.Organisation]
) -> None:
    """Remember the organisation as it is, change it, and answer with it."""
    before = tenancy.find_organisation(slug)
    changed = change(before)
    orchestrator.set_context_value("organisation_before", asdict(before))
    orchestrator.set_context_value("result", format_organisation(changed))
    orchestrator.set_context_value("result_status", 200)


def _made_organisation(orchestrator: Any) -> tenancy.Organisation:
    """The organisation that this run has made. Raises NotFound if somebody has removed it meanwhile."""
    slug = orchestrator.get_context_value("organisation")
    organisation = tenancy.get_organisation(slug)
    if organisation is None:
        raise errors.bad_request.NotFound(f"There is no organisation '{slug}' any more.")
    return organisation
