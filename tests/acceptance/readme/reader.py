"""A reader of the pages: has a copy of the tree, a terminal with the site in it, and a second one to type into."""

import filecmp
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.acceptance.readme.answers import check_answer
from tests.acceptance.readme.fences import ROOT, Block
from tests.integration.serving.processes import below, is_alive, wait_until
from VaultPlatform.serving import keeper

#: What a clone does not have.
LEFT_OUT = shutil.ignore_patterns(".venv", "var", ".git", ".*_cache", ".hypothesis", "__pycache__")
#: What this test run was started with and a reader's terminal would not have.
FOREIGN = ("VAULT_", "DJANGO_", "PYTEST_", "MAKE", "MFLAGS")
END = "--- end of block"


class Reader:
    """Follows the pages in `folder`, which is made as a copy of the tree."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        _lend_installation(folder)
        self.folder = folder
        self.port = free_port()
        self.variables: dict[str, str] = {"VAULT_PORT": str(self.port)}
        self.output = ""
        self._site: subprocess.Popen[bytes] | None = None
        self._shell: subprocess.Popen[str] | None = None

    # ------------------------------------------------------------------ the first terminal

    def start(self, commands: str) -> None:
        """Type `commands`, the last of which starts the site, and wait until it is up."""
        log = self.folder / "terminal.log"
        with log.open("wb") as output:
            self._site = subprocess.Popen(
                ["bash", "-e", "-c", commands],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_the_tests,
            )
        site = self._site
        wait_until(
            lambda: "Ctrl-C stops it." in log.read_text() or site.poll() is not None,
            seconds=60,
            what="the site is up",
        )
        self.output = log.read_text()
        assert site.poll() is None, self.output

    def press_ctrl_c(self) -> None:
        """Interrupt the first terminal's foreground group, as the key does; AssertionError if a process is left."""
        assert self._site is not None
        processes = [self._site.pid, *below(self._site.pid)]
        assert len(processes) > 3, "web, worker and beat were not there"
        os.killpg(self._site.pid, signal.SIGINT)
        self._site.wait(30)
        wait_until(
            lambda: not any(map(is_alive, processes)), seconds=15, what="all of the site's processes are gone"
        )
        self._site = None

    # ------------------------------------------------------------------ the second terminal

    def type(self, commands: str) -> str:
        """Type into the second terminal, which keeps its variables, and return what it prints.

        AssertionError if the last command failed.
        """
        if self._shell is None:
            self._shell = subprocess.Popen(
                ["bash", "--noprofile", "--norc"],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=_end_with_the_tests,
            )
        stdin, stdout = self._shell.stdin, self._shell.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{commands}\nprintf '\\n%s %s\\n' '{END}' $?\n")
        stdin.flush()
        printed = []
        for line in stdout:
            if line.startswith(END):
                assert line.split()[-1] == "0", f"{commands}\nfailed and printed:\n{''.join(printed)}"
                return "".join(printed)
            printed.append(line)
        raise AssertionError(f"the shell ended; it printed:\n{''.join(printed)}")

    def follow(self, blocks: Iterable[Block]) -> int:
        """Save the files, type the commands, check the answers shown behind them; how many answers there were."""
        printed, checked = "", 0
        for block in blocks:
            if block.file is not None:
                self.write(block.file, block.text)
            elif block.language == "sh":
                printed = self.type(block.text)
            else:
                check_answer(block, printed)
                checked += 1
        return checked

    def write(self, file: str, text: str) -> None:
        """Save a file of the tree."""
        path = self.folder / file
        assert path.is_relative_to(self.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def leave(self) -> None:
        """Close both terminals, whatever runs in them."""
        for process in (self._shell, self._site):
            if process is not None and process.poll() is None:
                for pid in (process.pid, *below(process.pid)):
                    _kill(pid)
                process.wait(30)
        if self._shell is not None and self._shell.stdin is not None and self._shell.stdout is not None:
            self._shell.stdin.close()
            self._shell.stdout.close()

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, **self.variables}


def printed_password(output: str) -> str:
    """The line of shell with the password, as the first start prints it to be copied."""
    found = re.search(r"^  (PASSWORD='[^']+')$", output, flags=re.MULTILINE)
    assert found, output
    return found[1]


def _end_with_the_tests() -> None:
    keeper.die_with_parent(signal.SIGTERM)


def _lend_installation(folder: Path) -> None:
    """Spare the copy an installation of its own, if the present one is what the lock file says."""
    present = Path(sys.prefix)
    installed, lock = present / ".installed-base.txt", ROOT / "requirements" / "base.txt"
    assert installed.exists() and filecmp.cmp(installed, lock, shallow=False), (
        f"{present} does not hold what {lock} says; bring it up to date with `make test`, which calls pytest"
    )
    (folder / ".venv").symlink_to(present)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
