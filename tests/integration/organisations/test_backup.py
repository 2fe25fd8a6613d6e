"""A backup that is taken while members write, restored elsewhere: rows, contents, audit heads, sign-ins, all of it."""

import json
import re
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from tests.clients import PASSWORD, Client
from tests.integration.organisations.inside_a_site import state
from tests.integration.organisations.populated import upload
from tests.integration.organisations.sites import Site, another_site
from tests.site import DATABASE
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit.service import audit_entry_service, site_audit_entry_service
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.backup import writing
from VaultPlatform.tenancy.backup.container import verified

#: Each restores in processes of their own.
pytestmark = pytest.mark.timeout(400)
WRITERS = 4


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Site]:
    with another_site(tmp_path) as site:
        yield site


def taken(path: Path) -> dict[str, Any]:
    """What `backup` says of the backup that it takes."""
    out = StringIO()
    call_command("backup", str(path), json=True, verbosity=0, stdout=out)
    return dict(json.loads(out.getvalue()))


def restored(site: Site, path: Path) -> None:
    done = site.manage("restore", str(path))
    assert done.returncode == 0, done.stderr


def test_what_was_saved_is_there_again_to_the_last_row(
    full: Any, make_org: Any, client_for: Any, tmp_path: Path, elsewhere: Site
) -> None:
    empty, suspended = make_org(), make_org()
    tenancy.suspend_organisation(suspended.slug)
    client = client_for(full)
    before = state()
    told = taken(path := tmp_path / "site.backup")
    assert (told["organisations"], told["blobs"], told["damaged"]) == (len(before["organisations"]), 4, [])
    assert path.stat().st_mode & 0o777 == 0o600
    restored(elsewhere, path)
    after = elsewhere.ask("state")
    assert after == before
    assert all("w" not in acl and "d" not in acl for *_, acl in after["privileges"])
    assert {empty.key, suspended.key} <= set(after["organisations"])
    assert all(each["valid"] for each in after["organisations"].values()) and after["site_valid"]
    found = elsewhere.ask(
        "members", full.slug, client.defaults["HTTP_AUTHORIZATION"], client.username, PASSWORD
    )
    assert (found["listed"], found["written"], found["signed_in"]) == (200, 201, 200)
    assert found["contents"] and all(sha == name for name, sha in found["contents"].items())
    assert elsewhere.ask("app_role_may_change_audit", full.slug)["refused"]
    assert (elsewhere.home / "VaultSettings.restored.json").exists()


def test_a_backup_during_writes_is_one_moment_of_each_organisation(
    make_org: Any, client_for: Any, tmp_path: Path, elsewhere: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every upload has its audit entry in the same transaction: up to the head that was saved, all of it is there."""
    orgs = [make_org(), make_org()]
    clients = [client_for(orgs[n % len(orgs)]) for n in range(WRITERS)]
    with writing_members(clients) as counts:
        before = sum(counts)
        taken(path := tmp_path / "site.backup")
        assert sum(counts) > before  # nobody had to wait for it to end
    restored(elsewhere, path)
    after, now = elsewhere.ask("state")["organisations"], state()["organisations"]
    for org in orgs:
        compare_at_head(org, after[org.key], now[org.key])


@contextmanager
def writing_members(clients: list[Client]) -> Iterator[list[int]]:
    """Meanwhile each client uploads one document after the other, some before and some after the block; how many."""
    stop, counts, failures = threading.Event(), [0] * len(clients), list[BaseException]()

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                upload(clients[number], f"{number} {counts[number]}".encode())
                counts[number] += 1
        except BaseException as error:  # noqa: BLE001  # a failing writer fails the test
            failures.append(error)
        finally:
            connections.close_all()

    def wait_for_more() -> None:
        aim = [count + 1 for count in counts]
        while not failures and any(count < least for count, least in zip(counts, aim, strict=True)):
            stop.wait(0.02)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(len(clients))]
    for writer in writers:
        writer.start()
    try:
        wait_for_more()
        yield counts
        wait_for_more()
    finally:
        stop.set()
        for writer in writers:
            writer.join(60)
    assert failures == []


def compare_at_head(org: tenancy.Organisation, after: dict[str, Any], now: dict[str, Any]) -> None:
    seq, hashed = after["head"]
    assert after["valid"]
    with tenancy.use(org):
        entries = audit_entry_service.filter(seq__lte=seq)
        assert audit_entry_service.filter(seq=seq, hash=hashed).exists()
        saved = set(entries.filter(entity_type="Document").values_list("entity_id", flat=True))
    assert 0 < len(saved) < len(now["rows"]["VaultModels.Document"])
    for table, column in (
        ("Document", "id"),
        ("DocumentVersion", "document_id"),
        ("DocumentTag", "document_id"),
    ):
        rows = now["rows"][f"VaultModels.{table}"]
        assert after["rows"][f"VaultModels.{table}"] == [
            row for row in rows if json.loads(row)[column] in saved
        ]
    assert after["rows"]["VaultModels.User"] == now["rows"]["VaultModels.User"]
    named = {json.loads(row)["sha256"] for row in after["rows"]["VaultModels.DocumentVersion"]}
    assert set(after["blobs"]) == named
    assert all(sha == name for name, sha in after["blobs"].items())


# --- what is refused, and what is left then -----------------------------------------------------------------------


def members_of(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def packed(files: dict[str, bytes], path: Path, **manifest: Any) -> Path:
    """A backup of `files`, whose manifest is right for them but for what `manifest` has else."""
    told = {**json.loads(files.pop("manifest.json")), **manifest}
    if "members" not in manifest:
        told["members"] = {
            name: {"bytes": len(data), "sha256": sha256(data).hexdigest()}
            for name, data in files.items()
            if not name.startswith("blobs/")
        }
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in {**files, "manifest.json": json.dumps(told).encode()}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, BytesIO(data))
    return path


def nothing_there(site: Site) -> bool:
    """Whether nothing was made of a site but what every command makes: keys, folders."""
    assert site.manage("restore", "no such file").stderr.count("cannot be restored") == 1
    return not list((site.home / "storage").glob("*/*")) and not list(site.home.rglob("*.sqlite3"))


@pytest.fixture
def backup_file(full: Any, tmp_path: Path) -> Path:
    taken(tmp_path / "site.backup")
    return tmp_path / "site.backup"


def refuses(site: Site, path: Path, why: str) -> None:
    done = site.manage("restore", str(path), "--verbosity", "0")
    assert done.returncode == 1
    assert re.search(why, done.stderr), done.stderr
    assert done.stderr.count("\n") == 1


def test_a_backup_for_elsewhere_or_of_something_else_is_refused(backup_file: Path, elsewhere: Site) -> None:
    files, path = members_of(backup_file), backup_file.with_name("other")
    engine = "postgresql" if DATABASE == "sqlite" else "sqlite"
    for changes, why in (
        ({"version": 2}, "format 2"),
        ({"format": "zip"}, "no backup"),
        ({"engine": engine}, f"on {engine}"),
        ({"plugins": ["Wiki_Plugin"]}, "Wiki_Plugin"),
        ({"migrations": {"VaultModels": ["9999_later"]}}, "9999_later"),
        ({"members": {}}, "checksums do not fit"),
        ({"organisations": []}, "checksums do not fit"),
    ):
        refuses(elsewhere, packed(dict(files), path, **changes), why)
    path.write_bytes(b"no tar" * 500)
    refuses(elsewhere, path, "no tar file")
    refuses(elsewhere, backup_file.with_name("nowhere"), "cannot be restored: No such file")
    assert nothing_there(elsewhere)


def test_every_byte_of_a_backup_counts(backup_file: Path, tmp_path: Path) -> None:
    """A byte changed, or the rest cut off, anywhere: seen before anything is made of it."""
    whole = backup_file.read_bytes()
    verified(backup_file)
    path, seen = tmp_path / "damaged", 0
    for position in range(257, len(whole) - 2048, len(whole) // 60):
        for broken in (
            whole[:position],
            whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :],
        ):
            path.write_bytes(broken)
            try:
                verified(path)
            except errors.bad_request.ValidationError as refusal:
                seen += refusal.msg.startswith("The backup cannot be used: ")
            else:
                assert changes_nothing(whole, broken), position
    assert seen > 100


def changes_nothing(whole: bytes, broken: bytes) -> bool:
    """Whether the byte was one that fills a block behind a file, or of the manifest's own text."""

    def held(data: bytes) -> dict[str, bytes]:
        with tarfile.open(fileobj=BytesIO(data)) as tar:
            return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]

    first, second = held(whole), held(broken)
    return {**first, "manifest.json": b""} == {**second, "manifest.json": b""}


def test_what_is_there_is_never_replaced(backup_file: Path, elsewhere: Site) -> None:
    restored(elsewhere, backup_file)
    before = elsewhere.ask("state")
    refuses(elsewhere, backup_file, "not empty")
    assert elsewhere.ask("state") == before


def test_files_of_documents_alone_make_a_place_not_empty(backup_file: Path, elsewhere: Site) -> None:
    (elsewhere.home / "storage" / "acme_1").mkdir(parents=True)
    refuses(elsewhere, backup_file, "not empty: there is the folder")


def test_a_restore_that_fails_half_way_leaves_nothing(full: Any, backup_file: Path, elsewhere: Site) -> None:
    files = members_of(backup_file)
    [name] = [name for name in files if name.startswith(f"databases/{full.key}")]
    files[name] = files[name][:-5000]
    refuses(
        elsewhere, packed(dict(files), backup_file.with_name("broken")), "pg_restore failed|damaged|restored"
    )
    assert nothing_there(elsewhere)
    restored(elsewhere, backup_file)


def test_a_content_that_is_damaged_is_named_and_all_else_is_saved(
    full: Any, tmp_path: Path, elsewhere: Site
) -> None:
    address, *_ = (Path(settings.VAULT_HOME) / "storage" / full.key / "blobs").glob("*/*")
    address.write_bytes(b"rotten")
    path = tmp_path / "site.backup"
    with pytest.raises(CommandError, match=f"{full.slug} {address.name}"):
        call_command("backup", str(path), verbosity=0, stdout=StringIO())
    restored(elsewhere, path)
    assert not (elsewhere.home / "storage" / full.key / "blobs" / address.name[:2] / address.name).exists()
    assert sum(1 for _ in (elsewhere.home / "storage" / full.key / "blobs").glob("*/*")) == 3


def test_a_backup_that_fails_leaves_no_file(
    full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing._Backup, "_blobs", fails)
    with pytest.raises(CommandError, match="cannot be written: No space left"):
        call_command("backup", str(tmp_path / "x"), verbosity=0, stdout=StringIO())
    (tmp_path / "there").write_bytes(b"precious")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(tmp_path / "there"), verbosity=0, stdout=StringIO())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("there", b"precious")]


def test_while_contents_are_copied_nothing_is_swept_or_removed(
    full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, seen = writing._Backup._blobs, list[Any]()

    def meanwhile(self: Any, digests: Any) -> Any:
        with tenancy.use(full):
            seen.append(blob_storage().sweep(older_than=timedelta(0), referenced=lambda _: ()))
        with pytest.raises(errors.bad_request.Conflict, match="copied"):
            tenancy.drop_organisation(full)
        return copy(self, digests)

    monkeypatch.setattr(writing._Backup, "_blobs", meanwhile)
    assert taken(tmp_path / "x")["blobs"] == 4
    assert seen == [0]
    with tenancy.use(full):
        assert blob_storage().sweep(older_than=timedelta(0), referenced=lambda _: ()) == 4


def test_taking_one_and_bringing_it_back_are_in_the_sites_chain(backup_file: Path, elsewhere: Site) -> None:
    last = site_audit_entry_service.filter(action="site.backed_up").order_by("-seq").first()
    assert last is not None and last.actor_kind == "command"
    restored(elsewhere, backup_file)
    assert elsewhere.ask("site_actions")[-2:] == ["site.backed_up", "site.restored"]


@pytest.mark.skipif(DATABASE != "postgresql", reason="SQLite needs no programs")
class TestPrograms:
    """pg_dump and pg_restore, which are not always there, nor always new enough."""

    def tools(self, folder: Path, script: str) -> None:
        for tool in ("pg_dump", "pg_restore"):
            (folder / tool).write_text(f"#!/bin/sh\n{script}\n")
            (folder / tool).chmod(0o755)

    def test_one_that_is_missing_is_named(
        self, full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match=r"pg_dump is not there\. Install"):
            call_command("backup", str(tmp_path / "x"), verbosity=0)
        assert not (tmp_path / "x").exists()

    def test_one_that_is_older_than_the_server_is_named(
        self, full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tools(tmp_path, 'echo "$0 (PostgreSQL) 9.6.1"')
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        with pytest.raises(CommandError, match="pg_dump is of version 9, and the server of"):
            call_command("backup", str(tmp_path / "x"), verbosity=0)

    def test_one_that_fails_is_quoted_and_no_file_is_left(
        self, full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        self.tools(
            tools,
            'test "$1" = --version && echo "x (PostgreSQL) 99.1" && exit; echo the disk is on fire >&2; exit 3',
        )
        monkeypatch.setenv("PATH", str(tools), prepend=":")
        with pytest.raises(CommandError, match="pg_dump failed: the disk is on fire"):
            call_command("backup", str(tmp_path / "x"), verbosity=0)
        assert [path.name for path in tmp_path.iterdir()] == ["tools"]

    def test_the_password_is_no_argument(
        self, full: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tools, real = tmp_path / "tools", shutil.which("pg_dump")
        tools.mkdir()
        self.tools(
            tools,
            f'test "$1" = --version && exec {real} "$@"; echo "$PGPASSWORD: $@" >>{tmp_path}/seen; exec {real} "$@"',
        )
        monkeypatch.setenv("PATH", str(tools), prepend=":")
        monkeypatch.setitem(connections["control"].settings_dict, "PASSWORD", "s3cret-s3cret")
        taken(tmp_path / "x")
        lines = (tmp_path / "seen").read_text().splitlines()
        assert len(lines) >= 3
        assert all(line.count("s3cret-s3cret") == 1 and line.startswith("s3cret-s3cret: ") for line in lines)
        assert (
            len({argument for line in lines for argument in line.split() if "--snapshot=" in argument}) == 1
        )
