"""All children of the supervisor: those that serve, and those that come or leave while a program is replaced."""

import itertools
import shutil
import time
from pathlib import Path
from typing import Protocol

from VaultPlatform.serving import hook_files
from VaultPlatform.serving.child import Child, Program
from VaultPlatform.serving.generations import Generation, serving_folder
from VaultPlatform.serving.rolling import Steps

#: Seconds between two looks for processes that have ended while others of their generation go on.
_LOOK = 10.0


class Times(Protocol):
    """The supervisor's patience, as far as it is needed here."""

    @property
    def start_seconds(self) -> float: ...
    @property
    def grace_seconds(self) -> float: ...
    @property
    def drain_seconds(self) -> float: ...
    @property
    def leave_seconds(self) -> float: ...


class Nursery:
    """Makes children, each in a generation of its own, and knows those that there are."""

    def __init__(self, *, patience: Times, home: Path | None) -> None:
        self.start_seconds = patience.start_seconds
        self.drain_seconds = patience.drain_seconds
        self.leave_seconds = patience.leave_seconds
        self.children: list[Child] = []
        self._grace_seconds = patience.grace_seconds
        self._numbers = itertools.count(1)
        self._errands: list[Steps] = []
        self._home, self._look_at = home, 0.0
        for old in serving_folder(home).iterdir() if home is not None else ():
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)

    def new_child(self, program: Program) -> Child:
        """Start the program."""
        child = Child(program, grace_seconds=self._grace_seconds, generation=self._generation(program))
        self.children.append(child)
        return child

    def _generation(self, program: Program) -> Generation | None:
        if self._home is None or not program.processes:
            return None
        return Generation(serving_folder(self._home) / f"{program.name}-{next(self._numbers)}")

    def forget(self, child: Child) -> None:
        """A child has ended."""
        if child in self.children:
            self.children.remove(child)

    def keepers(self) -> frozenset[int]:
        """Ids of the processes between this one and its children."""
        return frozenset(child.keeper_pid for child in self.children)

    def meanwhile(self, steps: Steps) -> None:
        """Have `steps` done beside everything else."""
        self._errands.append(steps)

    def work(self) -> None:
        """Take each errand a step further, and now and then tidy up behind processes that have ended."""
        for steps in list(self._errands):
            try:
                next(steps)
            except StopIteration:
                self._errands.remove(steps)
        if (now := time.monotonic()) >= self._look_at:
            self._look_at = now + _LOOK
            for generation in [each.generation for each in self.children if each.generation is not None]:
                hook_files.add_up_ended(generation.folder)
