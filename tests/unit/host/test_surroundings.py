"""What a stage of a plugin changes of the process is put back; what it adds stays if it ends well."""

import os
import signal
import sys
from pathlib import Path

import pytest

from VaultPlatform.host.status import StageError
from VaultPlatform.host.surroundings import kept

pytestmark = pytest.mark.database_independent


def change(folder: Path) -> None:
    os.environ["VAULT_SETTINGS"] = "/nowhere"
    os.environ["VAULT_ADDED"] = "ours"
    os.environ["OF_THE_PLUGIN"] = "its own"
    os.chdir(folder)
    os.umask(0o777)
    sys.path = [str(folder), *sys.path[1:]]
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def state() -> tuple[object, ...]:
    umask = os.umask(0o022)
    os.umask(umask)
    handlers = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)]
    return dict(os.environ), Path.cwd(), umask, [*sys.path], handlers


def test_a_stage_that_fails_leaves_nothing(tmp_path: Path) -> None:
    before, path = state(), sys.path
    with pytest.raises(OSError, match="in the end"), kept("Some", "import"):
        change(tmp_path)
        raise OSError("in the end")
    assert state() == before
    assert sys.path is path


def test_of_a_stage_that_ends_well_additions_stay_behind_the_others(tmp_path: Path) -> None:
    environment, folder, umask, path, handlers = state()
    try:
        with kept("Some", "import"):
            change(tmp_path)
        assert state() == (
            {**environment, "OF_THE_PLUGIN": "its own"},
            folder,
            umask,
            [*path, str(tmp_path)],
            handlers,
        )
    finally:
        os.environ.pop("OF_THE_PLUGIN", None)
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit("x"), BaseException("own")])
def test_what_only_looks_like_an_interruption_is_a_failure_of_the_plugin(error: BaseException) -> None:
    with pytest.raises(StageError, match=f"it raised {type(error).__name__}"), kept("Some", "import"):
        raise error


def test_an_interruption_that_came_passes() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), kept("Some", "import"):
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000):
                pass
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_process_that_a_plugin_forks_ends_with_the_stage(tmp_path: Path) -> None:
    forked = 0
    with kept("Some", "import"):
        forked = os.fork()
    _, status = os.waitpid(forked, 0)
    assert os.waitstatus_to_exitcode(status) == 0
