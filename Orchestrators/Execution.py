"""One execution of a run: the steps forward, and back again when one of them fails.

Database steps that follow one another are one batch in one transaction; every other step is a batch of its own. What a
failed batch did is undone by the database, what earlier ones did by their rollback functions.

What the journal has to know travels with the transactions that there are anyway: the end of a step outside of the
database, the database steps behind it and the intent of the next one are one commit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from Orchestrators.Audit import EndedRun, current_audit
from Orchestrators.Codec import decode, encode
from Orchestrators.Errors import (
    OwnershipLost,
    RollbackFailed,
    RollbackFailure,
    RunCancelled,
    RunStateError,
    TransactionError,
)
from Orchestrators.Faults import moment
from Orchestrators.Frames import FrameStack
from Orchestrators.Journal import Entry, Event, RunRecord, RunState
from Orchestrators.Progress import Mark, StepState, batches_of, described
from Orchestrators.Running import RUNNING
from Orchestrators.Schema import FAILURE, RESULT, RESULT_STATUS
from Orchestrators.Steps import Step, StepKind, name_of
from Orchestrators.Transactions import StepTransaction, inside_transaction, open_blocks, require_sound

if TYPE_CHECKING:
    from Orchestrators.MainOrchestrator import MainOrchestrator

logger = logging.getLogger(__name__)
#: What a database raises that cannot be asked: nobody knows then whether a commit came through.
_OUT_OF_REACH = (OperationalError, InterfaceError)
#: Seconds between two attempts at a step, at most.
MAX_PAUSE = 60.0


class StepEnded(BaseException):
    """Leaves a step that has written its status; no `except Exception` of the step catches it."""


class _RunRefused(Exception):
    """A step ended with a status of 400 or more."""


def written_event(event: Event) -> list[Any]:
    """An event as JSON."""
    return [event.hook_name, encode(dict(event.kwargs), what=f"Event {event.hook_name}")]


class Execution:
    """Runs the staged steps of one run, once; or those that another process has left."""

    #: the run's place in the journal, once it is being executed
    record: RunRecord

    def __init__(
        self, *, run: MainOrchestrator, steps: Sequence[Step], values: dict[str, Any], frames: FrameStack
    ) -> None:
        """`values`: the run's context. Raises TransactionError for an external step inside a transaction."""
        self.id = run.id
        self._database = connections[DEFAULT_DB_ALIAS]
        #: how many transactions are open around the run
        self._blocks_around = open_blocks()
        if self._blocks_around and (external := [each for each in steps if each.kind is StepKind.EXTERNAL]):
            raise inside_transaction(external[0])
        self.state = RunState.RUNNING
        #: the function that is running: a step's forward, or its rollback while compensating
        self.function: Callable[..., Any] | None = None
        #: the step whose forward or rollback that is
        self.step: Step | None = None
        self.marks = [Mark(step) for step in steps]
        self._in_database = all(step.kind is StepKind.DATABASE for step in steps)
        self._run, self._values, self._frames = run, values, frames
        self._audit = current_audit()
        self._begun = self._audit.begun()
        #: context as JSON, as it was when the journal was last told
        self._known: dict[str, Any] = {}
        self._error = ""
        self._signal: StepEnded | None = None
        self._finished = False
        #: how many transactions are open around the running step
        self._blocks = self._blocks_around
        #: what the running step has written of result and status
        self._outcome: dict[str, Any] = {}
        #: and what they were before the run: what undone steps wrote of them is not the run's answer
        self._before = {RESULT: values.get(RESULT), RESULT_STATUS: values.get(RESULT_STATUS)}

    @property
    def is_one_transaction(self) -> bool:
        """Whether all steps are done and undone by one transaction, so that nothing is ever left half-way."""
        return self._in_database or self._blocks_around > 0

    def execute(self, record: RunRecord) -> None:
        """Run every step. A status of 400 or more undoes what was done; so does an exception, which goes on.

        Raises RollbackFailed if a run that ended with such a status could not be undone entirely.
        """
        self.record = record
        if record.keeps_intents:
            self.write_start()
        self._guarded(self._forward)

    def write_start(self) -> None:
        """Write down, with the run, what it begins with."""
        self._known = self.encoded_values()
        self._run.start = {
            "values": self._known,
            "events": [written_event(event) for event in self._run.events],
            "notes": list(self._run.noted),
            "withholds_result": self._run.withholds_result,
        }

    def take_in(self, steps: Sequence[dict[str, Any]], *, values: dict[str, Any]) -> None:
        """Be as far as `steps` say, which another process has written; `values`: the first context, as JSON."""
        for mark, shown in zip(self.marks, steps, strict=True):
            mark.take_in(shown)
            values = {**values, **mark.wrote}
            if mark.state is not StepState.STAGED:
                self._values.update({key: decode(value) for key, value in mark.wrote.items()})
                mark.left = dict(self._values)
        self._known = values

    def resume(self, record: RunRecord) -> None:
        """Go on behind the last step that is done; as `execute`."""
        self.record = record
        for mark in self.marks:
            if mark.state is StepState.FAILED:
                mark.state = StepState.STAGED
        self._guarded(self._forward)

    def compensate(self, record: RunRecord, *, error: str) -> list[RollbackFailure]:
        """Undo what is done, or may be; returns the rollbacks that failed. Raises what the journal raises."""
        self.record, self._error = record, error
        self._values.update(self._before)
        token = RUNNING.set(self)
        try:
            return self._undo()
        finally:
            RUNNING.reset(token)

    def note_outcome(self, key: str, value: Any) -> None:
        """Write `result` or `result_status`, remembering that the running step did."""
        self._values[key] = self._outcome[key] = value

    def report(self, progress: Mapping[str, Any]) -> None:
        """Show how far the running step is."""
        self.record.report({"step": self._name, **progress})

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

    def entry(self, *, events: Sequence[Event] = ()) -> Entry:
        """The run as it is now."""
        return Entry(
            run=self._run,
            state=self.state,
            marks=self.marks,
            error=self._error,
            events=events,
            is_one_transaction=not self.record.keeps_intents,
        )

    def encoded_values(self) -> dict[str, Any]:
        """The context as JSON; without a result that is not to be kept."""
        return {
            key: encode(value, what=f"Context key '{key}'")
            for key, value in self._values.items()
            if key != RESULT or not self._run.withholds_result
        }

    @property
    def _name(self) -> str:
        return name_of(self.function) if self.function else "execute()"

    def _guarded(self, forward: Callable[[], None]) -> None:
        token = RUNNING.set(self)
        try:
            forward()
        except OwnershipLost as lost:
            if not self.record.was_cancelled():
                lost.run_id = self._run.id
                raise
            self._values.update(self._before)
            self._error = "cancelled"
            self._undo_because_of(lost)
            raise RunCancelled(f"Run {self._run.id} was cancelled; what it had done is undone.") from lost
        except _RunRefused as refused:
            self._error = f"status {self._values[RESULT_STATUS]}"
            failures, status = self._undo_because_of(refused), self._values[RESULT_STATUS]
            if failures:
                raise RollbackFailed(status=status, failures=failures) from failures[0].error
        except BaseException as error:
            self._values.update(self._before)
            self._error = described(error)
            for failure in self._undo_because_of(error):
                error.add_note(str(failure))
            raise
        finally:
            RUNNING.reset(token)

    def _forward(self) -> None:
        batches = list(batches_of([mark for mark in self.marks if mark.state is not StepState.DONE]))
        followings: list[list[Mark] | None] = [*batches[1:], None]
        for batch, following in zip(batches, followings, strict=False):
            self._run_batch(batch, following)
            if self._finished:
                return
        if not batches and (self._run.events or self._run.noted):
            with self.record.transaction():
                self._complete()
        self.state = RunState.COMPLETED

    def _run_batch(self, batch: Sequence[Mark], following: Sequence[Mark] | None) -> None:
        first, kind = batch[0], batch[0].step.kind
        if kind is not StepKind.DATABASE and first.state is StepState.STAGED:
            self._announce(first)
        if kind is StepKind.EXTERNAL:
            self._blocks = self._blocks_around
            self._attempt(first)
            last = following is None or self._finished
            with self.record.transaction() if last else nullcontext():
                self._hand_on(kind, following)
            return
        block = StepTransaction()
        try:
            with block:
                self._blocks = self._blocks_around + 1
                for mark in batch:
                    self._attempt(mark)
                    if self._finished:
                        break
                self._hand_on(kind, following)
        finally:
            if not block.stands:
                self._take_back(batch, following)

    def _hand_on(self, kind: StepKind, following: Sequence[Mark] | None) -> None:
        """Have the journal know what is done and what is next, as far as that is due now."""
        if following is None or self._finished:
            self._complete()
        elif following[0].step.kind is not StepKind.DATABASE:
            self._announce(following[0])
        elif kind is not StepKind.EXTERNAL:
            self._write()

    def _announce(self, mark: Mark) -> None:
        if not self.record.keeps_intents:
            return
        mark.state = StepState.BEGUN
        try:
            self._write()
        except BaseException:
            mark.state = StepState.STAGED
            raise

    def _write(self) -> None:
        if self.record.keeps_intents:
            self._keep(self.entry())

    def _complete(self) -> None:
        self.state = RunState.COMPLETED
        self._keep(self.entry(events=self._run.events))
        alone = [mark.step.kind for mark in self.marks] == [StepKind.UNDECLARED]
        self._audit.completed(self._ended(is_one_transaction=alone or self._in_database))

    def _keep(self, entry: Entry) -> None:
        moment("before write")
        self.record.write(entry)
        moment("after write")

    def _take_back(self, batch: Sequence[Mark], following: Sequence[Mark] | None) -> None:
        """The transaction of `batch` is rolled back."""
        self.state = RunState.RUNNING
        for mark in batch:
            if mark.state is StepState.DONE:
                mark.take_back()
        if following is not None and following[0].state is StepState.BEGUN:
            following[0].state = StepState.STAGED

    def _ended(self, *, is_one_transaction: bool) -> EndedRun:
        return EndedRun(
            name=self._run.name,
            steps=tuple(name_of(mark.step.forward) for mark in self.marks),
            begun=self._begun,
            notes=tuple(self._run.audit_notes),
            is_one_transaction=is_one_transaction,
        )

    def _attempt(self, mark: Mark) -> None:
        """Run a step, as often as its policy says."""
        policy, started, first = mark.step.policy, time.monotonic(), mark.attempts
        before = dict(self._values) if policy.retries else {}
        while True:
            mark.attempts += 1
            try:
                self._run_step(mark)
            except (_RunRefused, RunStateError, OwnershipLost):
                mark.state = StepState.FAILED
                raise
            except BaseException as error:
                mark.error = described(error)
                tried = mark.attempts - first
                late = policy.timeout is not None and time.monotonic() - started >= policy.timeout
                if tried > policy.retries or late or not isinstance(error, policy.retry_on):
                    mark.state = StepState.FAILED
                    raise
                self._values.clear()
                self._values.update(before)
                self._write()
                time.sleep(min(policy.backoff * 2 ** (tried - 1), MAX_PAUSE))
            else:
                return

    def _run_step(self, mark: Mark) -> None:
        step, run = mark.step, self._run
        self._signal, self._outcome = None, {}
        events, notes = len(run.events), len(run.noted)
        if step.kind is StepKind.EXTERNAL:
            self.record.require_owned()
        moment("before step")
        self._call_forward(step)
        moment("after step")
        if (self._outcome.get(RESULT_STATUS) or 0) >= FAILURE:
            self._values.update(self._before | self._outcome)
            raise _RunRefused
        if step.kind is not StepKind.EXTERNAL:
            require_sound(self._database, step.forward)
        mark.state, mark.error, mark.left = StepState.DONE, "", dict(self._values)
        if self.record.keeps_intents:
            self._note_what_it_did(mark, events=run.events[events:], notes=run.noted[notes:])

    def _call_forward(self, step: Step) -> None:
        try:
            self._call(step, step.forward, *step.args, **step.kwargs)
        except StepEnded as signal:
            if signal is not self._signal:
                raise
        else:
            if self._signal is not None:
                raise RunStateError(
                    f"{step} caught the signal that ends a step once it has written {RESULT_STATUS}, and went "
                    "on. Catch Exception, not everything, and do not return from finally."
                )

    def _note_what_it_did(self, mark: Mark, *, events: Sequence[Event], notes: Sequence[Any]) -> None:
        if events:
            mark.events = [written_event(event) for event in events]
        mark.notes = notes
        now = self.encoded_values()
        if now != self._known:
            mark.wrote = {key: value for key, value in now.items() if self._known.get(key, ...) != value}
            self._known = now

    def _undo_because_of(self, error: BaseException) -> list[RollbackFailure]:
        """Undo; what the journal cannot be told, because of its database or of another process, is left to recovery.

        That is the answer to a commit of which nobody knows whether it came through, too: recovery reads what is there.
        """
        try:
            return self._undo()
        except (OwnershipLost, *_OUT_OF_REACH) as reason:
            error.add_note(f"What the run did is looked after by recovery: {described(reason)}")
            self.record.abandon()
        return []

    def _undo(self) -> list[RollbackFailure]:
        """Undo in reverse what was done; returns the rollbacks that failed."""
        self.state = RunState.COMPENSATING
        self._write()
        undoable = (StepState.DONE, StepState.BEGUN, StepState.NOT_UNDONE)
        due = [mark for mark in reversed(self.marks) if mark.state in undoable]
        failures = [failure for mark in due if (failure := self._undo_step(mark))]
        self.state = RunState.STUCK if failures else RunState.COMPENSATED
        if failures:
            self._error = "; ".join(filter(None, [self._error, *map(str, failures)]))
        try:
            self._write()
        except Exception:
            logger.exception("The journal could not be told that a run ended as %s", self.state.name)
            self.record.abandon()
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

    def _undo_step(self, mark: Mark) -> RollbackFailure | None:
        """Undo one step, with the context that it left: later steps may have written the same keys."""
        step, before = mark.step, mark.state
        if step.rollback is None:
            mark.state = StepState.UNDONE
            return None
        try:
            self._roll_back(mark, step, step.rollback)
        except Exception as error:
            mark.state = before
            if self.record.keeps_intents and isinstance(
                error, OwnershipLost | OperationalError | InterfaceError
            ):
                raise
            mark.state, mark.error = StepState.NOT_UNDONE, described(error)
            return RollbackFailure(rollback=name_of(step.rollback), step=str(step), error=error)
        return None

    def _roll_back(self, mark: Mark, step: Step, rollback: Callable[..., Any]) -> None:
        """Call the rollback; that it has run is written down with what it did, as far as that is in the database."""
        is_external = step.rollback_kind is StepKind.EXTERNAL
        if is_external:
            self.record.require_owned()
        moment("before rollback")
        with self._context_as(mark.left), nullcontext() if is_external else StepTransaction():
            self._call(step, rollback)
            if not is_external:
                require_sound(self._database, rollback)
                mark.state = StepState.UNDONE
                self._write()
        moment("after rollback")
        if is_external:
            mark.state = StepState.UNDONE
            self._write()

    @contextmanager
    def _context_as(self, values: Mapping[str, Any]) -> Iterator[None]:
        latest = dict(self._values)
        self._values.clear()
        self._values.update(values)
        try:
            yield
        finally:
            written = {key: value for key, value in self._values.items() if value is not values.get(key)}
            self._values.clear()
            self._values.update(latest | written)

    def _call(self, step: Step, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.function, self.step = function, step
        outer = self._frames.set_aside()
        try:
            function(self._run, *args, **kwargs)
        finally:
            self.function = self.step = None
            self._frames.restore(outer)
