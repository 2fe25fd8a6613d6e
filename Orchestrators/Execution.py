"""One execution of a run: the steps forward, and back again when one of them fails.

Database steps that follow one another are one batch in one transaction; every other step is a batch of its
own. What a failed batch did is undone by the database, what earlier ones did by their rollback functions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from Orchestrators.Audit import EndedRun, current_audit
from Orchestrators.Errors import RollbackFailed, RollbackFailure, RunStateError, TransactionError
from Orchestrators.Frames import FrameStack
from Orchestrators.Journal import Journal, RunState
from Orchestrators.Schema import FAILURE, RESULT, RESULT_STATUS
from Orchestrators.Steps import Step, StepKind, batches_of, name_of
from Orchestrators.Transactions import open_blocks, require_no_transaction, require_sound, scope

if TYPE_CHECKING:
    from Orchestrators.MainOrchestrator import MainOrchestrator

logger = logging.getLogger(__name__)


class StepEnded(BaseException):
    """Leaves a step that has written its status; no `except Exception` of the step catches it."""


class _RunRefused(Exception):
    """A step ended with a status of 400 or more."""


class Execution:
    """Runs the staged steps of one run, once."""

    def __init__(
        self,
        *,
        run: MainOrchestrator,
        steps: Sequence[Step],
        values: dict[str, Any],
        frames: FrameStack,
        journal: Journal,
    ) -> None:
        """`values`: the run's context. Raises TransactionError for an external step inside a transaction."""
        for step in steps:
            if step.kind is StepKind.EXTERNAL:
                require_no_transaction(step)
        self.state = RunState.RUNNING
        #: the function that is running: a step's forward, or its rollback while compensating
        self.function: Callable[..., Any] | None = None
        self._run, self._steps, self._values, self._frames = run, steps, values, frames
        self._journal, self._audit = journal, current_audit()
        self._begun = self._audit.begun()
        #: steps whose effects stand, each with the context as it left it
        self._done: list[tuple[Step, dict[str, Any]]] = []
        self._signal: StepEnded | None = None
        self._finished = False
        self._blocks = 0
        #: what the running step has written of result and status
        self._outcome: dict[str, Any] = {}
        #: and what they were before the run: what undone steps wrote of them is not the run's answer
        self._before = {key: values.get(key) for key in (RESULT, RESULT_STATUS)}

    def execute(self) -> None:
        """Run every step. A status of 400 or more undoes what was done; so does an exception, which goes on.

        Raises RollbackFailed if a run that ended with such a status could not be undone entirely.
        """
        try:
            self._forward()
        except _RunRefused:
            failures, status = self._undo(), self._values[RESULT_STATUS]
            if failures:
                raise RollbackFailed(status=status, failures=failures) from failures[0].error
        except BaseException as error:
            self._values.update(self._before)
            for failure in self._undo():
                error.add_note(str(failure))
            raise
        else:
            self.state = RunState.COMPLETED

    def note_outcome(self, key: str, value: Any) -> None:
        """Write `result` or `result_status`, remembering that the running step did."""
        self._values[key] = self._outcome[key] = value

    def end_step(self, status: int, *, ends_run: bool = False) -> NoReturn:
        """Leave the running step, which ends with `status` and, if `ends_run`, ends the run as well.

        Raises TransactionError inside a block of the step's own, which leaving would roll back.
        """
        if status < FAILURE and open_blocks() > self._blocks:
            raise TransactionError(
                f"{self._name} ended with status {status} inside a transaction.atomic() block of its own. "
                f"Leaving the step there would roll that block back: write {RESULT_STATUS}, or call "
                "finish(), after the block."
            )
        self.note_outcome(RESULT_STATUS, status)
        self._finished = ends_run
        self._signal = StepEnded()
        raise self._signal

    @property
    def _name(self) -> str:
        return name_of(self.function) if self.function else "execute()"

    def _forward(self) -> None:
        self._journal.opened(self._run)
        batches = list(batches_of(self._steps))
        for batch in batches:
            self._run_batch(batch, is_last=batch is batches[-1])
            if self._finished:
                return
        if not batches:
            self._completed(is_one_transaction=False)

    def _run_batch(self, batch: Sequence[Step], *, is_last: bool) -> None:
        kind = batch[0].kind
        if kind is not StepKind.DATABASE:
            self._journal.intent(self._run, batch[0])
        ran: list[tuple[Step, dict[str, Any]]] = []
        with scope(kind, on_effects=lambda: self._done.extend(ran)):
            for step in batch:
                self._run_step(step)
                ran.append((step, dict(self._values)))
                self._journal.done(self._run, step)
                if self._finished:
                    break
            if is_last or self._finished:
                one_transaction = kind is not StepKind.EXTERNAL and batch[0].number == 1
                self._completed(is_one_transaction=one_transaction)

    def _completed(self, *, is_one_transaction: bool) -> None:
        self._journal.closed(self._run, RunState.COMPLETED)
        self._audit.completed(self._ended(is_one_transaction=is_one_transaction))

    def _ended(self, *, is_one_transaction: bool) -> EndedRun:
        steps = tuple(name_of(step.forward) for step in self._steps)
        return EndedRun(
            name=self._run.name,
            steps=steps,
            begun=self._begun,
            notes=tuple(self._run.audit_notes),
            is_one_transaction=is_one_transaction,
        )

    def _run_step(self, step: Step) -> None:
        self._signal, self._outcome, self._blocks = None, {}, open_blocks()
        try:
            self._call(step.forward, *step.args, **step.kwargs)
        except StepEnded as signal:
            if signal is not self._signal:
                raise
        else:
            self._require_not_swallowed(step)
        if (self._outcome.get(RESULT_STATUS) or 0) >= FAILURE:
            self._values.update(self._before | self._outcome)
            raise _RunRefused
        if step.kind is not StepKind.EXTERNAL:
            require_sound(step.forward)

    def _require_not_swallowed(self, step: Step) -> None:
        if self._signal is not None:
            raise RunStateError(
                f"{step} caught the signal that ends a step once it has written {RESULT_STATUS}, and went "
                "on. Catch Exception, not everything, and do not return from finally."
            )

    def _undo(self) -> list[RollbackFailure]:
        """Undo in reverse what was done; returns the rollbacks that failed."""
        self.state = RunState.COMPENSATING
        failures = [failure for done in reversed(self._done) if (failure := self._undo_step(*done))]
        self.state = RunState.STUCK if failures else RunState.COMPENSATED
        try:
            self._journal.closed(self._run, self.state)
        except Exception:
            logger.exception("The journal could not be told that a run ended as %s", self.state.name)
        if failures:
            self._tell_stuck()
        return failures

    def _tell_stuck(self) -> None:
        try:
            self._audit.stuck(self._ended(is_one_transaction=False))
        except Exception:
            logger.exception(
                "A run that could not be undone entirely could not be entered into the audit trail"
            )

    def _undo_step(self, step: Step, left: dict[str, Any]) -> RollbackFailure | None:
        """Undo one step, with the context that it left: later steps may have written the same keys."""
        if step.rollback is None:
            return None
        try:
            with self._context_as(left), scope(step.rollback_kind):
                self._call(step.rollback)
                if step.rollback_kind is not StepKind.EXTERNAL:
                    require_sound(step.rollback)
        except Exception as error:  # noqa: BLE001  # reported by whoever called, after the other rollbacks
            return RollbackFailure(rollback=name_of(step.rollback), step=str(step), error=error)
        return None

    @contextmanager
    def _context_as(self, values: dict[str, Any]) -> Iterator[None]:
        latest = dict(self._values)
        self._values.clear()
        self._values.update(values)
        try:
            yield
        finally:
            written = {key: value for key, value in self._values.items() if value is not values.get(key)}
            self._values.clear()
            self._values.update(latest | written)

    def _call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.function = function
        try:
            with self._frames.cleared():
                function(self._run, *args, **kwargs)
        finally:
            self.function = None
