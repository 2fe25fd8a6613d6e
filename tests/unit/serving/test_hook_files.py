"""Processes write down what hooks did in them; whoever reads sums it, and loses nothing with a process that ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from VaultPlatform.host.sharing import Sharing
from VaultPlatform.host.tallies import Tally
from VaultPlatform.serving import hook_files
from VaultPlatform.serving.generations import VARIABLE, Generation
from VaultPlatform.serving.hook_stats import HookStats


@pytest.fixture
def web(tmp_path: Path) -> Generation:
    return Generation(tmp_path / "web-1")


@pytest.fixture
def gone() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def did(calls: int) -> HookStats:
    return HookStats(plugin="A", hook="on_thing", calls=calls, times={1: calls})


def written(generation: Generation, calls: int, *, pid: int | None = None) -> Path:
    """The file of a process, this one or that of the id."""
    name = hook_files.new_name()
    path = generation.folder / (name if pid is None else f"{pid}-{name.partition('-')[2]}")
    hook_files.write(path, [did(calls)])
    return path


def seen(folder: Path, **but: str) -> tuple[int, int]:
    """Calls, and of how many of them is known how long they took."""
    found = hook_files.read_all(folder, **but)
    return sum(each.calls for each in found), sum(sum(each.times.values()) for each in found)


def test_the_sum_is_that_of_all_generations_without_the_readers_own(tmp_path: Path, web: Generation) -> None:
    own = written(web, 1)
    written(web, 10)
    written(Generation(tmp_path / "worker-2"), 100)
    assert seen(tmp_path) == (111, 111)
    assert seen(tmp_path, but=own.name) == (110, 110)


def test_no_two_processes_share_a_file_though_they_have_the_same_id() -> None:
    assert hook_files.new_name() != hook_files.new_name()


def test_calls_of_processes_that_have_ended_stay_in_the_sum(
    tmp_path: Path, web: Generation, gone: int
) -> None:
    lives, ended = written(web, 1), written(web, 10, pid=gone)
    for _ in range(2):
        hook_files.add_up_ended(web.folder)
        assert (lives.exists(), ended.exists()) == (True, False)
        assert seen(tmp_path) == (11, 1)
    written(web, 100, pid=gone)
    web.forget()
    assert not web.folder.exists()
    assert seen(tmp_path) == (111, 0)


def test_a_reader_counts_no_file_twice_that_is_added_up_meanwhile(
    tmp_path: Path, web: Generation, gone: int
) -> None:
    path = written(web, 10, pid=gone)
    content = path.read_bytes()
    hook_files.add_up_ended(web.folder)
    path.write_bytes(content)  # as if it had been read before
    assert seen(tmp_path) == (10, 0)


@pytest.mark.parametrize(
    "content", [b"", b'[{"plugin": "A", "hook"', b"{}", b"[1]", b'[{"plugin": "A"}]', b"\xff"]
)
def test_a_file_that_cannot_be_read_counts_for_nothing(
    tmp_path: Path, web: Generation, gone: int, content: bytes
) -> None:
    written(web, 1)
    broken = written(web, 10, pid=gone)
    broken.write_bytes(content)
    assert seen(tmp_path) == (1, 1)
    hook_files.add_up_ended(web.folder)
    assert seen(tmp_path) == (1, 1)
    (tmp_path / "ended" / "all.hooks").write_bytes(content)
    assert seen(tmp_path) == (1, 1)


def test_a_process_that_is_killed_while_it_writes_leaves_what_it_wrote_before(
    tmp_path: Path, web: Generation, gone: int
) -> None:
    path = written(web, 10, pid=gone)
    path.with_suffix(".draft").write_text('[{"plugin": "A", "hook"')
    assert seen(tmp_path) == (10, 10)
    hook_files.add_up_ended(web.folder)
    assert seen(tmp_path) == (10, 0)


def test_what_cannot_be_added_up_now_is_later(tmp_path: Path, web: Generation, gone: int) -> None:
    written(web, 10, pid=gone)
    (tmp_path / "ended").touch()
    hook_files.add_up_ended(web.folder)
    assert seen(tmp_path) == (10, 10)
    (tmp_path / "ended").unlink()
    hook_files.add_up_ended(web.folder)
    assert seen(tmp_path) == (10, 0)


@pytest.fixture
def tally() -> Tally:
    return Tally(plugin="A", hook="on_thing", ended=[0.1] * 5)


@pytest.fixture
def sharing(tally: Tally, web: Generation, monkeypatch: pytest.MonkeyPatch) -> Sharing:
    monkeypatch.setenv(VARIABLE, str(web.folder))
    return Sharing(lambda: [tally])


def test_a_look_writes_what_has_changed_and_only_that(
    tmp_path: Path, web: Generation, sharing: Sharing, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("VaultPlatform.host.sharing.PAUSE", 0)
    sharing.look()
    assert seen(tmp_path)[0] == 5
    [path] = web.folder.glob("*.hooks")
    before = path.stat().st_ino
    sharing.look()
    assert path.stat().st_ino == before
    tally.skipped += 1
    sharing.look()
    assert path.stat().st_ino != before


def test_looks_write_now_and_then_only(tmp_path: Path, sharing: Sharing, tally: Tally) -> None:
    sharing.look()
    tally.ended.append(0.1)
    sharing.look()
    assert seen(tmp_path)[0] == 5


def test_what_a_process_shows_of_itself_no_other_one_shows_less_of(
    tmp_path: Path, web: Generation, sharing: Sharing, tally: Tally
) -> None:
    written(web, 10)
    sharing.look()
    tally.ended.append(0.1)
    [shown] = sharing.summed()
    assert shown.calls == 16
    assert seen(tmp_path)[0] == 16


def test_a_process_that_can_write_nothing_still_answers(
    tmp_path: Path, web: Generation, sharing: Sharing
) -> None:
    web.forget()
    sharing.look()
    [shown] = sharing.summed()
    assert shown.calls == 5
    web.folder.mkdir()
    sharing.summed()
    assert seen(tmp_path)[0] == 5


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_supervisor_a_process_answers_for_itself_and_writes_nothing(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    monkeypatch.chdir(tmp_path)
    sharing = Sharing(lambda: [tally])
    sharing.look()
    assert sharing.summed() == [tally.stats()]
    assert list(tmp_path.rglob("*")) == []


def test_a_forked_process_writes_a_file_of_its_own(sharing: Sharing, web: Generation) -> None:
    sharing.summed()
    sharing.begin_anew()
    sharing.summed()
    names = [path.name for path in web.folder.glob("*.hooks")]
    assert len(names) == 2
    assert all(name.startswith(f"{os.getpid()}-") for name in names)
