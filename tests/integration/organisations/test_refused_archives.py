"""Archives that are not as they should be: each is refused with its reason, and nothing of it is left."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.organisations.populated import exported, files_of, imported, sites_state
from tests.site import DATABASE
from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.archive.kept_files import stays_inside
from VaultPlatform.tenancy.archive.tar import header, padding


def packed(files: dict[str, bytes]) -> bytes:
    """A tar of `files`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def rewritten(files: dict[str, bytes], name: str, data: bytes) -> dict[str, bytes]:
    """`files` with another content of the table `name`, which the manifest announces as it should."""
    manifest = json.loads(files["manifest.json"])
    table = manifest["tables"][name.removeprefix("tables/").removesuffix(".jsonl")]
    table |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "rows": data.count(b"\n")}
    return {**files, "manifest.json": json.dumps(manifest).encode(), name: data}


def with_manifest(files: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    return {**files, "manifest.json": json.dumps({**json.loads(files["manifest.json"]), **changes}).encode()}


def inserted(files: dict[str, bytes], name: str, data: bytes, *, before: str) -> dict[str, bytes]:
    found = {}
    for each, content in files.items():
        if each.startswith(before):
            found[name] = data
        found[each] = content
    return found


def renamed(files: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    return {new if name == old else name: data for name, data in files.items()}


USERS, GROUPS = "tables/VaultModels.User.jsonl", "tables/auth.Group.jsonl"
ENTRIES, HEAD = "tables/VaultModels.AuditEntry.jsonl", "tables/VaultModels.AuditHead.jsonl"
BLOB = hashlib.sha256(b"content 1").hexdigest()


def moved(files: dict[str, bytes]) -> dict[str, bytes]:
    files = dict(files)
    last = files.pop(f"blobs/{BLOB}")
    return inserted(files, f"blobs/{BLOB}", last, before="files.jsonl")


def with_listed(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    """The one file of a plugin under another name, all else as it should be."""
    listed = json.dumps({**json.loads(files["files.jsonl"]), "name": name}).encode() + b"\n"
    manifest = json.loads(files["manifest.json"])
    manifest["files"] |= {"list_bytes": len(listed), "list_sha256": hashlib.sha256(listed).hexdigest()}
    return {**files, "manifest.json": json.dumps(manifest).encode(), "files.jsonl": listed}


HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "a newer format": (lambda f: with_manifest(f, version=2), "format 2"),
    "another format": (lambda f: with_manifest(f, format="zip"), "no export"),
    "no manifest": (lambda f: {k: v for k, v in f.items() if k != "manifest.json"}, "manifest.json"),
    "a manifest that is no JSON": (lambda f: {**f, "manifest.json": b"{"}, "manifest.json"),
    "a manifest nested without end": (lambda f: {**f, "manifest.json": b"[" * 100_000}, "manifest.json"),
    "a manifest without tables": (lambda f: with_manifest(f, tables=None), "manifest.json"),
    "a plugin that is not here": (
        lambda f: with_manifest(
            f,
            migrations={**json.loads(f["manifest.json"])["migrations"], "wiki": ["0001_initial"]},
            plugins={"wiki": "Wiki_Plugin"},
        ),
        "plugin Wiki_Plugin",
    ),
    "migrations that are not here": (
        lambda f: with_manifest(
            f, migrations={**json.loads(f["manifest.json"])["migrations"], "VaultModels": ["9999_later"]}
        ),
        "9999_later",
    ),
    "migrations that it lacks": (
        lambda f: with_manifest(
            f, migrations={**json.loads(f["manifest.json"])["migrations"], "VaultModels": ["0001_initial"]}
        ),
        "older than this site",
    ),
    "a table that is not here": (
        lambda f: with_manifest(
            f,
            tables={
                **json.loads(f["manifest.json"])["tables"],
                "x.Y": {"rows": 0, "bytes": 0, "sha256": "0" * 64},
            },
        ),
        r"x\.Y",
    ),
    "more than there is room for": (
        lambda f: with_manifest(f, blobs={"count": 1, "bytes": 2**62}),
        "unpacks to",
    ),
    "a changed byte in a table": (lambda f: {**f, USERS: f[USERS].replace(b"nne", b"nna")}, "checksum"),
    "a table of another size": (lambda f: {**f, USERS: f[USERS] + b" "}, "another size"),
    "a missing table": (lambda f: {k: v for k, v in f.items() if k != USERS}, "has to be"),
    "tables in another order": (
        lambda f: with_manifest(f, tables=dict(reversed(json.loads(f["manifest.json"])["tables"].items()))),
        "order",
    ),
    "a row that is no JSON": (lambda f: rewritten(f, USERS, b"{\n"), "no row"),
    "a row that is nested without end": (lambda f: rewritten(f, USERS, b"[" * 100_000 + b"\n"), "no row"),
    "a row that is no object": (lambda f: rewritten(f, USERS, b"[]\n"), "columns"),
    "a row with another column": (lambda f: rewritten(f, USERS, b'{"id": 1}\n'), "columns"),
    "a row with a value that cannot be": (
        lambda f: rewritten(f, GROUPS, b'{"id": "one", "name": "x"}\n'),
        "no row",
    ),
    "a row twice": (lambda f: rewritten(f, GROUPS, f[GROUPS] + f[GROUPS]), "do not fit"),
    "a row that refers to nothing": (lambda f: rewritten(f, USERS, b""), "refer to others"),
    "a line that does not end": (lambda f: rewritten(f, GROUPS, f[GROUPS][:-1]), "ends within a line"),
    "an audit entry that was changed": (
        lambda f: rewritten(f, ENTRIES, f[ENTRIES].replace(b"group 0", b"group 9")),
        "audit chain",
    ),
    "an audit chain that was cut": (
        lambda f: rewritten(f, ENTRIES, b"".join(f[ENTRIES].splitlines(keepends=True)[:-1])),
        "audit chain",
    ),
    "an audit chain whose head is another": (
        lambda f: rewritten(f, HEAD, f[HEAD].replace(b'"seq": ', b'"seq": 1')),
        "audit chain",
    ),
    "a changed content": (lambda f: {**f, f"blobs/{BLOB}": b"content x"}, "checksum"),
    "a content of another size": (lambda f: {**f, f"blobs/{BLOB}": b"content 11"}, "no row names"),
    "a missing content": (
        lambda f: {k: v for k, v in f.items() if k != f"blobs/{BLOB}"},
        "contents are missing",
    ),
    "a content too many": (
        lambda f: inserted(f, f"blobs/{hashlib.sha256(b'!').hexdigest()}", b"!", before="files.jsonl"),
        "no row names",
    ),
    "a content out of order": (moved, "where it belongs"),
    "a content with a path": (lambda f: renamed(f, f"blobs/{BLOB}", f"blobs/../{BLOB}"), "no row names"),
    "a path out of the archive": (lambda f: renamed(f, USERS, "../../x"), "has to be"),
    "an absolute path": (lambda f: renamed(f, USERS, "/tmp/x"), "has to be"),
    "a file too many": (lambda f: {**f, "files/2": b""}, "more files"),
    "a plugin's file that leads out": (lambda f: with_listed(f, "../../../x"), "cannot be"),
    "a plugin's file with an absolute path": (lambda f: with_listed(f, "/tmp/x"), "cannot be"),
    "a plugin's file without a name": (lambda f: with_listed(f, ""), "cannot be"),
    "a plugin's file with a NUL in its name": (lambda f: with_listed(f, "a\0b"), "cannot be"),
    "a plugin's changed file": (lambda f: {**f, "files/1": b"kept by a Plugin"}, "checksum"),
}


def refused(archive: bytes, why: str) -> None:
    before = sites_state()
    with pytest.raises(errors.bad_request.ValidationError, match=why) as refusal:
        imported(archive)
    assert refusal.value.msg.startswith("The archive cannot be used: ")
    assert sites_state() == before


@pytest.fixture
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """What is in the archive of a full organisation, made once."""
    if not _FILES:
        _FILES.update(files_of(exported(request.getfixturevalue("full"))))
    return dict(_FILES)


_FILES: dict[str, bytes] = {}


@pytest.mark.usefixtures("django_db_setup")
def test_an_archive_that_is_only_packed_anew_is_taken(files: dict[str, bytes], take_in: Any) -> None:
    take_in(packed(files))


@pytest.mark.usefixtures("django_db_setup")
@pytest.mark.parametrize("what", HOSTILE)
def test_an_archive_that_is_not_as_it_should_be_leaves_nothing(files: dict[str, bytes], what: str) -> None:
    tampered, why = HOSTILE[what]
    assert list(tampered(files).items()) != list(files.items())
    refused(packed(tampered(files)), why)


@pytest.mark.usefixtures("django_db_setup")
@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite keeps texts with a NUL")
def test_what_the_database_cannot_keep_leaves_nothing(files: dict[str, bytes]) -> None:
    row = b'{"id": 99, "name": "a\\u0000b"}\n'
    refused(packed(rewritten(files, GROUPS, files[GROUPS] + row)), "do not fit")


@pytest.mark.usefixtures("django_db_setup")
def test_files_that_are_no_files_are_refused(files: dict[str, bytes], subtests_of: Any) -> None:
    plain = packed(files)
    for kind in (
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.FIFOTYPE,
        tarfile.DIRTYPE,
        b"x",
        b"L",
        b"S",
    ):
        with subtests_of(str(kind)):
            info = tarfile.TarInfo(USERS)
            info.type, info.linkname, info.size = kind, "/etc/passwd", 2**40
            start = plain.index(USERS.encode())
            broken = plain[:start] + info.tobuf(tarfile.GNU_FORMAT) + plain[start + 512 :]
            refused(broken, "not a plain file|has to be|another size")


def test_what_is_cut_off_or_goes_on_is_refused_wherever(full: Any, subtests_of: Any) -> None:
    archive, pressed = exported(full), exported(full, compressed=True)
    cuts = [*range(0, len(archive) - 1024, len(archive) // 12), len(archive) - 1024]
    for cut in cuts:
        with subtests_of(f"cut at {cut}"):
            refused(archive[:cut], "ends|no tar")
    for cut in range(0, len(pressed), len(pressed) // 6):
        with subtests_of(f"compressed, cut at {cut}"):
            refused(pressed[:cut], "cut off|ends|no tar")
    refused(archive + b"more", "behind its end")
    refused(pressed[:-8] + b"\0" * 8, "compression is damaged|cut off")
    refused(b"PK\3\4 this is no tar" * 100, "no tar file")


def test_an_archive_that_unpacks_to_more_than_it_says_is_left_at_that(full: Any) -> None:
    """The bomb is a line of zeros after a header that announces it; no more of it is unpacked than one piece."""
    files = files_of(exported(full))
    manifest = files["manifest.json"]
    opening = header("manifest.json", len(manifest)) + manifest + padding(len(manifest))
    info = tarfile.TarInfo("tables/contenttypes.ContentType.jsonl")
    info.size = 2**40
    press = zlib.compressobj(wbits=31)
    bomb = press.compress(opening + info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 64 * 1024 * 1024) + press.flush()
    refused(bomb, "another size")


@pytest.fixture
def subtests_of() -> Any:
    """Names the case in what a failing assertion says."""

    @contextmanager
    def naming(case: str) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            error.add_note(f"case: {case}")
            raise

    return naming


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (USERS, {"created_at": "0001-01-01T00:00:00+23:59"}),
        ("tables/VaultModels.DocumentVersion.jsonl", {"number": 10**30}),
    ],
)
def test_a_value_beyond_what_databases_take_is_the_archives_fault(
    full: Any, table: str, values: dict[str, Any]
) -> None:
    files = files_of(exported(full))
    first, *rest = files[table].splitlines(keepends=True)
    changed = json.dumps({**json.loads(first), **values}).encode() + b"\n"
    with pytest.raises(errors.bad_request.ValidationError, match=r"do not fit into the database|no row of"):
        imported(packed(rewritten(files, table, changed + b"".join(rest))))


def test_a_file_with_a_name_that_no_file_system_takes_is_refused() -> None:
    assert stays_inside("a" * 255)
    assert not stays_inside("a" * 256)
    assert not stays_inside("folder/" + "ä" * 128)
