"""What all plugins of a process share, and none may change for the others: each stage of one gives it back.

That is the environment, the working directory, the umask, the search path of modules and the signal handlers. A trial
is strict besides: there a plugin that leaves processes, threads, other handlers or another output behind is refused.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from VaultPlatform.host.status import StageError
from VaultPlatform.host.trial import trial

#: Variables that are the platform's own: no plugin adds one.
_OURS = ("VAULT_", "DJANGO_")
#: The handlers by which a process of the site is asked to end.
_ENDING = (signal.SIGTERM, signal.SIGINT)
#: Those that are put back: the ones by which a process of the site, or of what it runs on, is told something.
_HANDLED = (
    *_ENDING,
    *(signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2),
    *(signal.SIGCHLD, signal.SIGALRM, signal.SIGPIPE),
)
_OUTPUTS = {1: "the standard output", 2: "the standard error"}


@contextmanager
def kept(plugin: str, stage: str) -> Iterator[None]:
    """Run the block, a stage of a plugin, and put back what it changed.

    What a plugin adds stays if the block ends well: variables of its own, and folders behind the others. Raises
    StageError for what is neither an Exception nor SystemExit; a KeyboardInterrupt passes if there was a SIGINT.
    """
    before = _Surroundings()
    try:
        yield
    except (Exception, SystemExit):
        before.restore(additions=False)
        raise
    except BaseException as error:
        before.restore(additions=False)
        if isinstance(error, KeyboardInterrupt) and before.interrupted:
            raise
        words = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise StageError(f"it raised {words}") from error
    tried = trial()
    left = before.left_behind() if before.strict else ""
    before.restore(additions=True)
    if left and tried is not None:
        tried.unfit[plugin] = [stage, left]
        raise StageError(left)


class _Surroundings:
    """As they were when this was made."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._environment = dict(os.environ)
        self._folder = _folder()
        self._umask = os.umask(0o077)
        os.umask(self._umask)
        self._path_object, self._path = sys.path, [*sys.path]
        self._handlers = {number: signal.getsignal(number) for number in _HANDLED}
        self.interrupted = False
        self._noting = self._note if self._may_handle() and callable(self._handlers[signal.SIGINT]) else None
        if self._noting is not None:
            signal.signal(signal.SIGINT, self._noting)
        tried = trial()
        self.strict = tried is not None and tried.strict
        if self.strict:
            self._outputs, self._children = _outputs(), _has_children()
            self._threads = {*threading.enumerate()}

    def restore(self, *, additions: bool) -> None:
        """Put everything back. Parameters: `additions`, whether what was added stays."""
        if os.getpid() != self._process:
            os._exit(0)  # a process that the plugin forked is no second site
        self._restore_environment(additions=additions)
        if self._folder is not None and _folder() != self._folder:
            os.chdir(self._folder)
        os.umask(self._umask)
        added = [each for each in sys.path if each not in self._path] if additions else []
        sys.path = self._path_object
        sys.path[:] = [*self._path, *added]
        if self._may_handle():
            self._restore_handlers()

    def _restore_environment(self, *, additions: bool) -> None:
        now = dict(os.environ)
        if now == self._environment:
            return
        for name in now.keys() - self._environment.keys():
            if not additions or name.startswith(_OURS):
                del os.environ[name]
        for name, value in self._environment.items():
            if now.get(name) != value:
                os.environ[name] = value

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                with suppress(OSError, ValueError):
                    signal.signal(number, handler)

    def left_behind(self) -> str:
        """What of a process the plugin leaves behind, in words; empty if nothing."""
        if os.getpid() != self._process:
            return ""
        found = [f"closes or replaces {_OUTPUTS[number]}" for number in self._other_outputs()]
        if not self._children and _has_children():
            found.append("leaves a process that it has started")
        found += [
            f"leaves the thread {each.name} that is no daemon"
            for each in threading.enumerate()
            if each not in self._threads and not each.daemon
        ]
        found += [
            f"changes the handler of {signal.Signals(number).name}" for number in self._other_handlers()
        ]
        return f"while it is loaded it {' and '.join(found)}" if found else ""

    def _other_outputs(self) -> list[int]:
        now = _outputs()
        return [number for number, what in self._outputs.items() if what is not None and now[number] != what]

    def _other_handlers(self) -> list[int]:
        expected = {**self._handlers, **({signal.SIGINT: self._noting} if self._noting else {})}
        return [number for number in _ENDING if signal.getsignal(number) != expected[number]]

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.interrupted = True
        handler: Any = self._handlers[signal.SIGINT]
        handler(number, frame)

    def _may_handle(self) -> bool:
        return threading.current_thread() is threading.main_thread()


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # as the system says it
    except OSError:
        return None


def _outputs() -> dict[int, tuple[int, int] | None]:
    """What each of the outputs leads to; None if it is closed."""
    found: dict[int, tuple[int, int] | None] = {}
    for number in _OUTPUTS:
        try:
            stat = os.fstat(number)
            found[number] = (stat.st_dev, stat.st_ino)
        except OSError:
            found[number] = None
    return found


def _has_children() -> bool:
    """Whether this process has children, those included that ended and were not waited for."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return True
