"""The main run: the context that its steps share, the steps staged for it, and the one execution of them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from Orchestrators.Audit import current_audit
from Orchestrators.Codec import decode, encode, shown, writable
from Orchestrators.Errors import ContextSchemaError, RunStateError
from Orchestrators.Execution import Execution
from Orchestrators.Frames import FrameStack
from Orchestrators.Identifiers import derived_id, time_ordered_id
from Orchestrators.Journal import Entry, Event, RunRecord, RunState, current_journal
from Orchestrators.Plan import arguments_of
from Orchestrators.Progress import progress_of
from Orchestrators.Schema import FAILURE, RESULT, RESULT_STATUS, Schema
from Orchestrators.Steps import Step, check_callable, kind_of, name_of, policy_of, reference_to

DECLARATION = "__declared_context__"

logger = logging.getLogger(__name__)


class MainOrchestrator:
    """One run, used by one thread: it is staged, executed once, and read afterwards.

    Get one with `OrchestratorRegistry.get("main")`, or as the `.mainorchestrator` of a named orchestrator.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str, MainOrchestrator], Any],
        name: str = "main",
        id: UUID | None = None,  # noqa: A002
    ) -> None:
        """`resolve` finds the orchestrator of a name and binds it to a run; `name`: of the one that it was got by.

        `id`: of a run that is taken over; a fresh one gets its own.
        """
        self._resolve = resolve
        self.name = name
        #: names the run in the journal, and grows with time
        self.id = id or time_ordered_id()
        #: whether recovery goes on with the run if its process dies, instead of undoing it
        self.resumable = False
        #: whether the result is kept out of the journal, as one that holds a secret has to be
        self.withholds_result = False
        #: what its steps have noted for the audit trail, as the audit keeps it and as JSON
        self.audit_notes: list[Any] = []
        self.noted: list[Any] = []
        #: hooks to be called once it has ended well
        self.events: list[Event] = []
        #: what it began with, as JSON; set when it is executed
        self.start: dict[str, Any] = {}
        self._schema = Schema()
        self._values: dict[str, Any] = {}
        self._steps: list[Step] = []
        self._execution: Execution | None = None
        #: the decorated functions that are running; `context_manager` enters and leaves them
        self.frames = FrameStack()

    @property
    def steps(self) -> Sequence[Step]:
        """What has been staged."""
        return self._steps

    @property
    def state(self) -> RunState | None:
        """Where the execution stands; None while the run is being staged."""
        return self._execution.state if self._execution else None

    def set_context_schema(self, types: Mapping[str, Any]) -> None:
        """Add {key: type} to the types of context keys. Raises ContextSchemaError if a key has another."""
        self._schema.merge(types)

    def get_other_orchestrator(self, asking: Any, name: str) -> Any:
        """A fresh orchestrator of that name on this very run, for `asking` (pass your `self`) to stage with.

        Raises RunStateError if `asking` is not on this run, UnknownOrchestrator if nothing has that name.
        """
        if asking is not self and getattr(asking, "mainorchestrator", None) is not self:
            raise RunStateError(
                f"get_other_orchestrator was given {asking!r}, which is not an orchestrator of this run. "
                f"Call self.mainorchestrator.get_other_orchestrator(self, {name!r})."
            )
        return self._resolve(name, self)

    def add_step(
        self, forward: Callable[..., Any], rollback: Callable[..., Any] | None, *args: Any, **kwargs: Any
    ) -> None:
        """Stage `forward(run, *args, **kwargs)`, and `rollback(run)` (None: nothing to undo) to undo it.

        Arguments have to be values that can be written down, so that the run survives its process: see
        `Orchestrators.Codec`. Raises UnwritableValue for others, StagingError if the functions do not accept these
        arguments, UndeclaredContextKey if they declare context keys that the decorated method staging them does not,
        RunStateError once the run has been executed.
        """
        if self._execution is not None:
            raise RunStateError(
                f"{name_of(forward)} is staged on a run that is {self._execution.state.value}. What a run "
                "will do is staged before execute(); further work belongs on a fresh run."
            )
        check_callable(forward, (self, *args), kwargs, role="forward function")
        self._check_keys(forward, (self, *args), kwargs)
        if rollback is not None:
            check_callable(rollback, (self,), {}, role="rollback")
            self._check_keys(rollback, (self,), {})
        step = Step(
            number=len(self._steps) + 1,
            forward=forward,
            rollback=rollback,
            args=args,
            kwargs=kwargs,
            kind=kind_of(forward),
            arguments=arguments_of(forward, args, kwargs),
            reference=reference_to(forward),
            policy=policy_of(forward),
        )
        self._steps.append(step)

    def execute(self) -> Any:
        """Run the staged steps, once, and return the context's `result`.

        A step that writes a `result_status` of 400 or more, or raises, has everything undone that was done;
        an exception is then raised again, with a note for each rollback that failed.
        Raises RunStateError on a second call, TransactionError for an external step inside an open
        transaction, RollbackFailed when a refused run could not be undone entirely.
        """
        if self._execution is not None:
            state = self._execution.state
            raise RunStateError(
                f"execute() was called again on a run that is {state.value}. It is executed once, by "
                'whoever staged it and not by its steps; OrchestratorRegistry.get("main") makes a fresh one.'
            )
        execution = self._execution = Execution(
            run=self, steps=self._steps, values=self._values, frames=self.frames
        )
        record = current_journal().begin(self, is_one_transaction=execution.is_one_transaction)
        execution.execute(record)
        if execution.state is RunState.COMPLETED:
            self.tell_ended(execution)
        return self._values.get(RESULT)

    def enqueue(self, queue: str = "medium") -> str:
        """Have a worker execute the run instead of `execute()`; returns the run's id, which `/vault/runs/<id>` shows.

        Inside `transaction.atomic()` it is handed over if that is committed, and else never.
        `queue`: high, medium, low or bulk. Raises RunStateError once the run is executed or handed over, or for another
        queue.
        """
        if self._execution is not None:
            raise RunStateError(
                f"enqueue() was called on a run that is {self._execution.state.value}. Either execute() or enqueue()"
                " is called, once."
            )
        self._execution = Execution(run=self, steps=self._steps, values=self._values, frames=self.frames)
        self._execution.state = RunState.PENDING
        self._execution.write_start()
        current_journal().enqueue(self, self._execution, queue=queue)
        return str(self.id)

    def restore(
        self,
        steps: Sequence[Step],
        *,
        start: dict[str, Any],
        progress: Sequence[dict[str, Any]],
        events: Sequence[Event],
        notes: Sequence[Mapping[str, Any]],
        resumable: bool,
    ) -> Execution:
        """Be a run that another process has begun, as far as `progress` says; for recovery. Raises UnknownValue."""
        self._steps, self.start, self.resumable = list(steps), start, resumable
        self.withholds_result = start["withholds_result"]
        self._values.update({key: decode(value) for key, value in start["values"].items()})
        self._execution = Execution(run=self, steps=self._steps, values=self._values, frames=self.frames)
        self._execution.take_in(progress, values=start["values"])
        self.events = list(events)
        for note in notes:
            self.noted.append(note)
            self.audit_notes.append(current_audit().noted(**note))
        return self._execution

    @property
    def step_key(self) -> str:
        """Key of the running step, for what it calls outside: the same on every attempt, and in its rollback.

        Raises RunStateError outside of a step.
        """
        step = self._execution.step if self._execution else None
        if step is None:
            raise RunStateError("step_key was asked for outside of a step.")
        return str(derived_id(self.id, f"step {step.number}"))

    def derived_id(self, name: str) -> UUID:
        """An id for a row that the running step makes: the same on every attempt, another for another `name`."""
        return derived_id(UUID(self.step_key), name)

    def get_context_value(self, key: str, check_validation: bool = True) -> Any:  # noqa: FBT001, FBT002  # the guide's signature
        """The value of `key`; None if it is unset.

        Raises UndeclaredContextKey unless the running function declares `key`; with `check_validation=False`
        it may be read anywhere, also after the run.
        """
        if check_validation:
            caller = sys._getframe(1).f_code  # noqa: SLF001  # whom to name in the error
            self.frames.check_read(key, self._values, asking=lambda: self._running() or caller.co_qualname)
        return self._values.get(key)

    def set_context_value(self, key: str, value: Any) -> None:
        """Write `key`. In a step, writing `result_status` ends the step there: 400 or more fails the run.

        Raises UndeclaredContextKey unless the running function declares that it writes `key` (outside of any,
        while the run is being staged, everything may be written), ContextSchemaError if the value does not
        fit, UnwritableValue if it cannot be written down, RunStateError after the run, and in a rollback for `result`
        and `result_status`.
        """
        self._require_writable(key)
        self._schema.check(key, value)
        encode(value, what=f"Context key '{key}'")
        if self._execution is None or key not in (RESULT, RESULT_STATUS):
            self._values[key] = value
        elif key == RESULT_STATUS and value is not None:
            self._execution.end_step(value)
        else:
            self._execution.note_outcome(key, value)

    def finish(self, result: Any, status: int = 200) -> NoReturn:
        """End the whole run from within a step, with success: later steps are not run, what was done stays.

        `status`: an HTTP status below 400. Raises ContextSchemaError for any other, or a `result` that the
        schema refuses, RunStateError outside of a step.
        """
        execution = self._in_forward_step("finish()")
        self._schema.check(RESULT, result)
        self._schema.check(RESULT_STATUS, status)
        if (status or FAILURE) >= FAILURE:
            raise ContextSchemaError(
                f"finish() ends a run with success, so its status is below 400, not {status!r}. "
                f"To fail the run, write {RESULT} and {RESULT_STATUS}."
            )
        execution.note_outcome(RESULT, result)
        execution.end_step(status, ends_run=True)

    def report_progress(self, done: float, total: float | None = None, *, note: str = "") -> None:
        """Show whoever looks at the run how far the running step is, and stop there if the run was cancelled.

        `done` of `total`, in whatever is counted; `note`: what is being done, at most 200 characters. It is written
        once a second at most, and outside of transactions only: of a step that runs in one, nothing is seen before
        its end. Raises RunStateError outside of a step, OwnershipLost if somebody has cancelled the run.
        """
        self._in_forward_step("report_progress()").report(progress_of(done, total, note))

    def queue_event(self, hook_name: str, **kwargs: Any) -> None:
        """Have the hook `on_…` called with `kwargs` once the run has ended well and is committed; else never.

        Raises RunStateError for another kind of hook, and once the run has ended or is being undone.
        """
        if not hook_name.startswith("on_"):
            raise RunStateError(
                f"queue_event was given {hook_name!r}. Only hooks named on_… are called after the commit; "
                "call the others through plugin_manager where they belong."
            )
        if self._execution is not None:
            self._in_forward_step(f"queue_event({hook_name!r})")
        self.events.append(Event(hook_name=hook_name, kwargs=kwargs))

    def note_audit(
        self,
        action: str,
        *,
        entity_type: str = "",
        entity_id: object = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Have `action` entered into the audit trail if the run ends well; a run without notes gets one entry.

        `action`: such as "document.archived"; `entity_type`, `entity_id`: of what; `detail`: little, for JSON, such as
        the names of changed fields, never contents or secrets.
        Raises RunStateError once the run has ended or is being undone.
        """
        if self._execution is not None:
            self._in_forward_step(f"note_audit({action!r})")
        note: dict[str, Any] = {
            "action": action,
            "entity_type": entity_type,
            "entity_id": writable(str(entity_id)),
            "detail": shown(detail or {}),
        }
        self.noted.append(note)
        self.audit_notes.append(current_audit().noted(**note))

    def _check_keys(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        declaration, parent = getattr(function, DECLARATION, None), self.frames.top
        if declaration is None or parent is None:
            return
        bound_to = getattr(function, "__self__", None)
        keys = declaration.keys(args if bound_to is None else (bound_to, *args), kwargs)
        keys.require_within(parent, what=f"{name_of(function)}, staged by {parent.function},")

    def _require_writable(self, key: str) -> None:
        """Raise unless the code that is running may write `key` now."""
        running = self._running()
        if self._execution is None:
            self.frames.check_write(key, self._values, step=None)
            return
        if running is None:
            raise RunStateError(
                f"Context key {key!r} is written on a run that is {self._execution.state.value}. Write "
                "before execute() or in a step."
            )
        self.frames.check_write(key, self._values, step=running)
        if self._execution.state is RunState.COMPENSATING and key in (RESULT, RESULT_STATUS):
            raise RunStateError(
                f"{running} writes {key!r} while the run is being undone. A rollback only undoes; "
                "the step that failed has decided what the run answers."
            )

    def _in_forward_step(self, call: str) -> Execution:
        execution = self._execution
        if execution is None or execution.function is None or execution.state is not RunState.RUNNING:
            state = "being staged" if execution is None else execution.state.value
            raise RunStateError(f"{call} was called on a run that is {state}. It belongs into a step.")
        return execution

    def _running(self) -> str | None:
        function = self._execution.function if self._execution else None
        return name_of(function) if function else None

    def tell_ended(self, execution: Execution) -> None:
        """Have the journal deliver the events, once what the run did is committed."""
        entry = execution.entry(events=tuple(self.events))
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            transaction.on_commit(lambda: _tell(execution.record, entry))
        else:
            _tell(execution.record, entry)


def _tell(record: RunRecord, entry: Entry) -> None:
    try:
        record.ended(entry)
    except Exception:
        logger.exception("Events of a committed run could not be delivered: %s", entry.events)
