"""From an act to its entry: what the face offers, and what the step engine tells at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections

from VaultPlatform import tenancy
from VaultPlatform.audit.chain import Pending, append_to_site
from VaultPlatform.audit.entries import Entry, entries_made, new_entry

if TYPE_CHECKING:
    from Orchestrators.Audit import EndedRun

#: Names of a run's steps that an entry shows.
_MAX_STEPS = 10


def record_here(**fields: Any) -> None:
    """See `VaultPlatform.audit.record`."""
    tenancy.current()
    _enter([new_entry(**fields)])


def record_for_site(**fields: Any) -> None:
    """See `VaultPlatform.audit.record_site`."""
    append_to_site(new_entry(**fields))


class RunAudit:
    """Enters what runs do: their notes, or one entry for a run that has none and of which nothing else was entered."""

    def begun(self) -> int:
        """How many entries there have been before the run."""
        return entries_made()

    def noted(self, *, action: str, entity_type: str, entity_id: object, detail: Mapping[str, Any]) -> Entry:
        """What a step notes, with who acts and when."""
        return new_entry(action=action, entity_type=entity_type, entity_id=entity_id, detail=detail)

    def completed(self, run: EndedRun) -> None:
        """Enter a run that ends well, inside its last transaction if there is one."""
        if run.notes:
            _enter_run(run.notes)
        elif run.steps and entries_made() == run.begun:
            _enter_run([_of_run(run, outcome="done")], only_if_written=run.is_one_transaction)

    def stuck(self, run: EndedRun) -> None:
        """Enter a run that failed and could not be undone entirely: something of it stays."""
        _enter_run([_of_run(run, outcome="stuck")])


def _enter_run(entries: Sequence[Entry], *, only_if_written: bool = False) -> None:
    """Into the current organisation's chain; into the site's outside of any."""
    if tenancy.current_or_none() is None:
        for entry in entries:
            append_to_site(entry)
    else:
        _enter(entries, only_if_written=only_if_written)


def _enter(entries: Sequence[Entry], *, only_if_written: bool = False) -> None:
    here: Any = connections[DEFAULT_DB_ALIAS]
    if here.is_gathering:
        for entry in entries:
            here.at_end(Pending(entry, only_if_written=only_if_written))
    else:
        with here.together():
            _enter(entries)


def _of_run(run: EndedRun, *, outcome: str) -> Entry:
    name = run.name if run.name != "main" else run.steps[0].rpartition(".")[2]
    return new_entry(action=f"run.{name}", detail={"steps": list(run.steps[:_MAX_STEPS])}, outcome=outcome)
