"""The local blob storage: addresses, relying on each other's bytes, taking back, sweeping, failing."""

import hashlib
import os
import stat
import threading
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.storage import Incoming, LocalBlobStorage, Stored

HOUR = timedelta(hours=1)
NOW = timedelta(0)
BETA = tenancy.Organisation(slug="beta", key="beta_2", name="Beta")


def received(storage: LocalBlobStorage, content: bytes) -> Incoming:
    writer = storage.writer()
    for at in range(0, len(content), 7):
        writer.write(content[at : at + 7])
    return writer.finish()


def put(storage: LocalBlobStorage, content: bytes) -> Stored:
    return storage.put(received(storage, content))


def read(storage: LocalBlobStorage, sha256: str, **part: int) -> bytes:
    return b"".join(storage.open(sha256, **part))


def files(root: Path, folder: str = "") -> list[Path]:
    found = (
        path
        for path in (root / "acme_1" / folder).rglob("*")
        if path.is_file() and not path.name.endswith("lock")
    )
    return sorted(path.relative_to(root) for path in found)


def test_bytes_are_kept_under_their_sha256_and_their_organisation(
    storage: LocalBlobStorage, root: Path
) -> None:
    stored = put(storage, b"hello world")
    digest = hashlib.sha256(b"hello world").hexdigest()
    assert (stored.sha256, stored.size, stored.created) == (digest, 11, True)
    assert files(root) == [Path("acme_1", "blobs", digest[:2], digest)]
    assert read(storage, digest) == b"hello world"
    assert storage.size(digest) == 11


@pytest.mark.parametrize(
    ("part", "expected"),
    [((0, 5), b"hello"), ((6, None), b"world"), ((9, 99), b"ld"), ((11, None), b""), ((3, 3), b"")],
)
def test_a_part_is_read(storage: LocalBlobStorage, part: tuple[int, int | None], expected: bytes) -> None:
    digest = put(storage, b"hello world").sha256
    reader = storage.open(digest, start=part[0], end=part[1])
    assert reader.size == 11
    assert b"".join(reader) == expected


def test_nobody_else_on_the_machine_can_read_them(storage: LocalBlobStorage, root: Path) -> None:
    put(storage, b"x")
    received(storage, b"y")
    paths = [root, *root.rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert modes == {0o700, 0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}


def test_the_same_bytes_are_kept_once(storage: LocalBlobStorage, root: Path) -> None:
    first, second = put(storage, b"same"), put(storage, b"same")
    assert (first.created, second.created) == (True, False)
    assert len(files(root)) == 1


def test_the_same_bytes_of_another_organisation_are_its_own(storage: LocalBlobStorage, root: Path) -> None:
    ours = put(storage, b"same")
    with tenancy.use(BETA):
        with pytest.raises(errors.server.Unavailable):
            storage.open(ours.sha256)
        theirs = put(storage, b"same")
        assert theirs.created
        storage.discard(theirs)
    assert read(storage, ours.sha256) == b"same"


def test_without_an_organisation_there_is_no_storage(root: Path) -> None:
    with pytest.raises(tenancy.NoOrganisation):
        LocalBlobStorage(root=root).writer()


def test_taking_back_removes_what_was_created(storage: LocalBlobStorage, root: Path) -> None:
    stored = put(storage, b"gone")
    storage.discard(stored)
    storage.discard(stored)
    assert files(root) == []


def test_taking_back_leaves_what_was_there_before(storage: LocalBlobStorage) -> None:
    first, second = put(storage, b"same"), put(storage, b"same")
    storage.discard(second)
    assert read(storage, first.sha256) == b"same"


def test_taking_back_leaves_what_another_upload_relies_on(storage: LocalBlobStorage) -> None:
    first = put(storage, b"same")
    put(storage, b"same")
    storage.discard(first)
    assert read(storage, first.sha256) == b"same"


def test_relying_is_noticed_even_when_the_clock_stands_still(
    storage: LocalBlobStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put(storage, b"same")
    monkeypatch.setattr("VaultPlatform.storage.local.time.time_ns", lambda: first.token)
    assert put(storage, b"same").token > first.token
    storage.discard(first)
    assert read(storage, first.sha256) == b"same"


def test_uploads_and_failures_in_parallel_never_lose_relied_upon_bytes(storage: LocalBlobStorage) -> None:
    """Four at a time upload the same new content and two take theirs back: the others find the bytes."""
    lost: list[int] = []
    together = threading.Barrier(4)

    def upload(number: int) -> None:
        for turn in range(60):
            incoming = received(storage, f"content {turn}".encode())
            together.wait(10)
            stored = storage.put(incoming)
            if number % 2:
                storage.discard(stored)
            together.wait(10)
            if not number % 2 and not storage._address(stored.sha256).exists():
                lost.append(turn)

    threads = [threading.Thread(target=tenancy.propagate(upload), args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert not lost


def test_an_unfinished_upload_leaves_nothing_once_closed(storage: LocalBlobStorage, root: Path) -> None:
    writer = storage.writer()
    writer.write(b"half")
    assert len(files(root, "incoming")) == 1
    writer.close()
    writer.close()
    assert files(root) == []


def test_closing_after_put_leaves_the_blob(storage: LocalBlobStorage) -> None:
    writer = storage.writer()
    writer.write(b"kept")
    stored = storage.put(writer.finish())
    writer.close()
    assert read(storage, stored.sha256) == b"kept"


def test_nothing_is_left_when_the_name_cannot_be_made_durable(
    storage: LocalBlobStorage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = received(storage, b"x")
    put(storage, b"folders exist")

    def broken(path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("VaultPlatform.storage.local.sync_folder", broken)
    (root / "acme_1" / "blobs" / incoming.sha256[:2]).mkdir(mode=0o700)
    with pytest.raises(errors.server.Unavailable):
        storage.put(incoming)
    assert not storage._address(incoming.sha256).exists()


def test_a_full_disk_is_a_clear_error_without_inner_names(
    storage: LocalBlobStorage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = storage.writer()
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left", str(root)))
    )
    writer.write(b"x")
    with pytest.raises(errors.server.Unavailable) as caught:
        writer.finish()
    assert str(root) not in caught.value.msg and caught.value.status == 503
    writer.close()
    assert files(root) == []


def test_a_folder_without_permission_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "storage").write_text("a file where the folder should be")
    with tenancy.use(BETA), pytest.raises(errors.server.Unavailable):
        LocalBlobStorage(root=tmp_path / "storage").writer()


@pytest.mark.parametrize("name", ["../../x", "", "A" * 64, "a" * 63, "a" * 64 + "\n", "/etc/passwd"])
def test_only_digests_and_own_names_become_paths(storage: LocalBlobStorage, name: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        storage.open(name)
    with pytest.raises(ValueError, match="is no"):
        storage.put(Incoming(name=name, sha256="a" * 64, size=1))


def test_an_upload_that_was_swept_away_meanwhile_is_a_clear_error(storage: LocalBlobStorage) -> None:
    incoming = received(storage, b"x")
    storage.sweep(older_than=NOW, referenced=set)
    with pytest.raises(errors.server.Unavailable):
        storage.put(incoming)


def test_a_sweep_removes_abandoned_uploads_and_blobs_that_nothing_needs(
    storage: LocalBlobStorage, root: Path
) -> None:
    received(storage, b"abandoned")
    needed, orphan = put(storage, b"needed"), put(storage, b"orphan")
    assert storage.sweep(older_than=NOW, referenced={needed.sha256}.intersection) == 2
    assert [path.name for path in files(root)] == [needed.sha256]
    assert orphan.sha256 != needed.sha256


def test_a_sweep_leaves_what_is_young(storage: LocalBlobStorage, root: Path) -> None:
    received(storage, b"arriving")
    put(storage, b"its row is being written")
    assert storage.sweep(older_than=HOUR, referenced=lambda digests: set()) == 0
    assert len(files(root)) == 2


def test_a_sweep_leaves_what_an_upload_came_to_rely_on_meanwhile(storage: LocalBlobStorage) -> None:
    old = put(storage, b"old")
    address = storage._address(old.sha256)
    os.utime(address, ns=(0, 0))

    def referenced(digests: object) -> set[str]:
        put(storage, b"old")  # its row is not there yet
        return set()

    assert storage.sweep(older_than=HOUR, referenced=referenced) == 0
    assert read(storage, old.sha256) == b"old"


def test_a_sweep_goes_on_when_a_blob_is_taken_back_meanwhile(
    storage: LocalBlobStorage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two blobs of one folder, both listed before one is looked at; asking for that one removes the other."""
    monkeypatch.setattr("VaultPlatform.storage.local._SWEEP_BATCH", 1)
    contents = [str(number).encode() for number in range(2000)]
    pair = [each for each in contents if hashlib.sha256(each).hexdigest().startswith("00")][:2]
    stored = [put(storage, content) for content in pair]

    def referenced(digests: Collection[str]) -> set[str]:
        for each in stored:
            if each.sha256 not in digests:
                storage.discard(each)
        return set()

    assert storage.sweep(older_than=NOW, referenced=referenced) == 1
    assert files(root) == []


def test_a_sweep_asks_in_batches(storage: LocalBlobStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("VaultPlatform.storage.local._SWEEP_BATCH", 2)
    stored = {put(storage, bytes([number])).sha256 for number in range(5)}
    asked: list[set[str]] = []
    storage.sweep(older_than=NOW, referenced=lambda digests: asked.append(set(digests)) or set(digests))  # type: ignore[func-returns-value]
    assert set().union(*asked) == stored and {len(batch) for batch in asked} <= {1, 2}
