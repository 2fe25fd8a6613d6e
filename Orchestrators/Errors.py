"""What the step engine refuses, each with what was wrong, where, and what to do.

They teach the author of an orchestrator or a step and are never meant for a client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


class OrchestratorError(Exception):
    """Something in the use of the step engine is wrong."""


class UndocumentedOrchestrator(OrchestratorError, TypeError):
    """An orchestrator class, or one of its methods, lacks a section of its docstring."""


class DirectInstantiation(OrchestratorError, TypeError):
    """An orchestrator class was called; only the registry makes instances."""


class RegistrationError(OrchestratorError, ValueError):
    """A name or class cannot be registered, or a registered class is unfit."""


class UnknownOrchestrator(OrchestratorError, LookupError):
    """No orchestrator is registered under that name."""


class DeclarationError(OrchestratorError, TypeError):
    """`context_manager`, `db_step` or `external_step` was given, or decorates, what makes no sense."""


class UndeclaredContextKey(OrchestratorError, LookupError):
    """A context key was read, written or staged without having been declared."""


class ContextSchemaError(OrchestratorError, TypeError):
    """A schema entry is no type, contradicts an earlier one, or a value does not fit its type."""


class StagingError(OrchestratorError, TypeError):
    """A step cannot be staged: it is not callable, or would not accept its arguments."""


class UnwritableValue(OrchestratorError, TypeError):
    """An argument or a context value cannot be written down, so that a run could not survive its process."""


class UnknownValue(OrchestratorError, LookupError):
    """What was written down cannot be read any more: its model, its row or its function is gone."""


class OwnershipLost(OrchestratorError, RuntimeError):
    """Another process has taken this run over; whatever this one still did of it is rolled back."""

    #: Which run.
    run_id: UUID | None = None


class RunCancelled(OrchestratorError, RuntimeError):
    """Somebody has cancelled the run; what it had done is undone."""


class RunStateError(OrchestratorError, RuntimeError):
    """The call does not fit the state the run is in."""


class TransactionError(OrchestratorError, RuntimeError):
    """A step, and the transaction around or inside it, do not go together."""


@dataclass(frozen=True, kw_only=True)
class RollbackFailure:
    """One rollback that raised."""

    #: dotted name of the rollback function
    rollback: str
    #: dotted name and number of the step it was to undo
    step: str
    #: what it raised
    error: Exception

    def __str__(self) -> str:
        return f"rollback {self.rollback} of {self.step} failed, its effects remain: {self.error!r}"


class RollbackFailed(OrchestratorError, RuntimeError):
    """A run was refused with a status of 400 or more, and undoing what it had done did not fully work."""

    def __init__(self, *, status: int, failures: Sequence[RollbackFailure]) -> None:
        """`status`: what the run answered; `failures`: the rollbacks that raised, latest step first."""
        self.status = status
        self.failures = tuple(failures)
        listed = "\n".join(f"  - {failure}" for failure in failures)
        super().__init__(
            f"The run ended with status {status}, and {len(self.failures)} of its rollbacks failed "
            f"(the others ran). What is named here has to be put right by hand:\n{listed}"
        )
