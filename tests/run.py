"""`make test`: the whole suite on SQLite, then everything that touches data once more on PostgreSQL.

Arguments are passed on to pytest. Tests wait a good deal, for processes and servers, so each round is shared out, file
by file, among one process more than there are processors; VAULT_TEST_PROCESSES says another number, 0 for no sharing.
At the end stands what ran on what, and what had to be left out.
"""

import contextlib
import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.services import POSTGRESQL, CannotUse, Found, all_services

ROOT = Path(__file__).resolve().parents[1]
#: How the folders of runs begin, and the file in one that its run has locked.
PREFIX, LOCK = "vt-", "lock"
#: Bytes that a run makes at most at a time, several times over.
ROOM = 6 << 30
#: What pytest returns when the arguments selected no test.
NOTHING_SELECTED = 5
SUMMARY = re.compile(r"\d+ (passed|failed|skipped|deselected|errors?|xfailed)\b|no tests ran")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One call of pytest: the database it is on, and what it does not need to repeat."""

    title: str
    database: str
    options: tuple[str, ...] = ()


ON_SQLITE = Round(title="SQLite", database="sqlite")
ON_POSTGRESQL = Round(
    title="PostgreSQL",
    database="postgresql",
    options=("-m", "not database_independent", "--ignore=tests/architecture"),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one round ended: pytest's exit code and its own last line."""

    round: Round
    code: int
    summary: str


class Terminated(KeyboardInterrupt):
    """This process was asked to end; what it has begun ends with it, and leaves nothing."""


def _terminated(*_: object) -> None:
    raise Terminated


def play(chosen: Round, *, variables: dict[str, str], arguments: list[str]) -> Outcome:
    """Run pytest on one database, passing its output on as it comes."""
    print(f"\n=== {chosen.title} ===", flush=True)
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    shared_out = ["--numprocesses", processes(), "--dist", "loadfile", "--no-loadscope-reorder"]
    # The processes have to collect the same tests in the same order, those made of sets included.
    seed = os.environ.get("PYTHONHASHSEED", str(random.randrange(1, 2**32)))
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *colour, *shared_out, *chosen.options, *arguments],
        cwd=ROOT,
        env={**_environment(), **variables, "VAULT_TEST_DATABASE": chosen.database, "PYTHONHASHSEED": seed},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    tail = b""
    try:
        while piece := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            tail = (tail + piece)[-4096:]
    except KeyboardInterrupt as interruption:
        if isinstance(interruption, Terminated):  # a terminal interrupts all of its processes
            process.send_signal(signal.SIGINT)
        process.wait()
        raise
    finally:
        process.stdout.close()
    return Outcome(round=chosen, code=process.wait(), summary=_summary(tail.decode(errors="replace")))


def processes() -> str:
    """Among how many processes a round is shared out."""
    return os.environ.get("VAULT_TEST_PROCESSES") or str((os.cpu_count() or 1) + 1)


def _environment() -> dict[str, str]:
    """This process's, without what would point tests at somebody's real site, or have Python keep nothing compiled."""
    foreign = ("VAULT_", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("VAULT_TEST_") or not name.startswith(foreign)
    }


@contextlib.contextmanager
def workshop() -> Iterator[dict[str, str]]:
    """Variables that name a folder of the run for all that is made in it: in memory, where there is room.

    What is committed waits for a disk, and tests commit all the time. What Python compiles is kept there, too, as they
    start hundreds of processes: under the name of such folders in a tree, for what looks at files and leaves those out.
    """
    place = memory()
    if place is not None:
        remove_left(place)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=place) as folder,
        (Path(folder) / LOCK).open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(folder).chmod(0o711)  # servers run as somebody else
        tempfile.tempdir = folder
        try:
            yield {"TMPDIR": folder, "PYTHONPYCACHEPREFIX": str(Path(folder) / "__pycache__")}
        finally:
            tempfile.tempdir = None


def remove_left(place: Path) -> None:
    """Remove what runs that were killed have left in `place`: a folder whose lock nobody holds any more."""
    for file in place.glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError), file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(file.parent, ignore_errors=True)


def memory(folder: Path = Path("/dev/shm")) -> Path | None:
    """The machine's folder in memory, if it has room for what tests make, and programs in it may be run."""
    with contextlib.suppress(OSError):
        found = os.statvfs(folder)
        runs_programs = not found.f_flag & os.ST_NOEXEC
        if runs_programs and found.f_bavail * found.f_frsize >= ROOM and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def _summary(tail: str) -> str:
    lines = [COLOUR.sub("", line).strip("= ") for line in tail.splitlines()]
    return next((line for line in reversed(lines) if SUMMARY.search(line)), "ended without a summary")


def report(services: list[Found], outcomes: list[Outcome], *, required: bool) -> bool:
    """Print what ran on what and what was left out; returns whether all is well."""
    print("\n=== What ran ===")
    for service in services:
        print(f"{service.kind.name + ':':<12} {'' if service.url else 'LEFT OUT: '}{service.words}")
    for outcome in outcomes:
        print(f"on {outcome.round.title + ':':<12} {outcome.summary}")
    failed = [o.round.title for o in outcomes if o.code not in {0, NOTHING_SELECTED}]
    if failed:
        print(f"FAILED on {' and '.join(failed)}.")
    if all(outcome.code == NOTHING_SELECTED for outcome in outcomes):
        print("FAILED: no test was selected.")
        return False
    missing = [s for s in services if s.kind is POSTGRESQL and s.url is None]
    if missing and required:
        print("FAILED: with CI=true the tests on PostgreSQL must not be left out.")
    return not failed and not (missing and required)


def main(arguments: list[str]) -> int:
    """Find the servers, run the rounds, report. Returns 0 only when nothing failed."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        with workshop() as variables, all_services() as services:
            variables |= {service.kind.variable: service.url for service in services if service.url}
            rounds = [ON_SQLITE, ON_POSTGRESQL] if POSTGRESQL.variable in variables else [ON_SQLITE]
            outcomes = [play(each, variables=variables, arguments=arguments) for each in rounds]
            required = os.environ.get("CI", "").lower() in {"1", "true"}
            return 0 if report(services, outcomes, required=required) else 1
    except CannotUse as error:
        print(f"A server that was named cannot be used. {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
