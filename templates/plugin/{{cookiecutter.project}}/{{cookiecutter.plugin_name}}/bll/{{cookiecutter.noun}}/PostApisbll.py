"""Writes of entries: the steps of runs{% if cookiecutter.hooks %}, and what follows from hooks{% endif %}."""

from typing import TYPE_CHECKING, Any

from Orchestrators.ContextManager import context_manager, db_step
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.HelperFunctions import show_entry
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.service import {{ cookiecutter.word }}_entry_service

if TYPE_CHECKING:
    from VaultModels.models import User

#: The keys of the run's context that writing an entry sets.
WRITING = {"common": ["entry_id", "result", "result_status"]}


@db_step
@context_manager(set_contexts=WRITING)
def write_entry_bll(orchestrator: Any, *, user: "User", text: str) -> None:
    """Write an entry of `user`; it becomes the run's result."""
    entry = {{ cookiecutter.word }}_entry_service.create(author=user, text=text)
    orchestrator.set_context_value("entry_id", entry.pk)
    orchestrator.set_context_value("result", show_entry(entry))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={"common": ["entry_id"]})
def rollback_write_entry_bll(orchestrator: Any) -> None:
    """Take the entry out again, if it was written; called when a later step fails."""
    entry_id = orchestrator.get_context_value("entry_id")
    if entry_id is not None:
        {{ cookiecutter.word }}_entry_service.delete(entry_id){% if cookiecutter.hooks %}


def note_archived(*, entity_type: str, entity_id: str) -> None:
    """Write down that an entity was archived."""
    {{ cookiecutter.word }}_entry_service.create(author=None, text=f"{entity_type} {entity_id} was archived."){% endif %}{% if cookiecutter.tasks %}


def forget_oldest(*, keep: int) -> int:
    """Delete all entries but the newest `keep`; how many there were."""
    kept = {{ cookiecutter.word }}_entry_service.filter().order_by("-id")[:keep]
    oldest = min((entry.pk for entry in kept), default=0)
    return {{ cookiecutter.word }}_entry_service.bulk_delete({"id__lt": oldest}){% endif %}
