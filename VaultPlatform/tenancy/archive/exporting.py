"""Writing an organisation as an archive, while it goes on working.

Rows are read first, all in one snapshot, into files without a name: with that, sizes and digests are known, and the
archive can be streamed from its beginning. Contents follow from the storage, in which sweeps are held off meanwhile.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.apps import apps
from django.db import connections, transaction
from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform import audit
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.archive.files import nameless_file, pieces_of
from VaultPlatform.tenancy.archive.kept_files import LIST, chunks_of, read_list, write_list
from VaultPlatform.tenancy.archive.manifest import NAME, VERSION, Blobs, Manifest, Named, Table
from VaultPlatform.tenancy.archive.rows import lines_of
from VaultPlatform.tenancy.archive.tables import (
    BLOBS,
    applied_migrations,
    plugins_of,
    present,
    refuse_unknown_tables,
    travelling,
    unknown_tables,
)
from VaultPlatform.tenancy.archive.tar import END, header, padding
from VaultPlatform.tenancy.context import Organisation, inside, use

#: Digests that are asked for, and sizes looked at, at a time.
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """A table as it will be in the archive."""

    name: str
    file: IO[bytes]
    table: Table


class Export:
    """An archive in the making: iterated once, it yields the bytes. Closed afterwards, whatever happened."""

    def __init__(self, *, organisation: Organisation, compressed: bool, without_unknown: bool) -> None:
        self.organisation, self.compressed = organisation, compressed
        self._held = ExitStack()
        try:
            with use(organisation):
                self._held.enter_context(blob_storage().sweeps_held())
                with _snapshot():
                    self._read(without_unknown=without_unknown)
        except BaseException:
            self.close()
            raise

    def _read(self, *, without_unknown: bool) -> None:
        if not without_unknown:
            refuse_unknown_tables()
        migrations = applied_migrations()
        self._tables = [self._spooled(model) for model in present(travelling())]
        digests = self._digests = self._held.enter_context(nameless_file())
        blobs = _write_digests(digests)
        kept = self._kept = self._held.enter_context(nameless_file())
        files = write_list(kept)
        self.manifest = Manifest(
            format="nimbusvault-organisation",
            version=VERSION,
            created_at=now().isoformat(),
            organisation=Named(slug=self.organisation.slug, name=self.organisation.name),
            database=connections["default"].vendor,
            migrations=migrations,
            plugins=plugins_of(migrations),
            tables={each.name: each.table for each in self._tables},
            blobs=blobs,
            files=files,
            left_out=unknown_tables(),
        )

    def _spooled(self, model: Any) -> _Rows:
        file, digest, count = self._held.enter_context(nameless_file()), hashlib.sha256(), 0
        for line in lines_of(model):
            file.write(line)
            digest.update(line)
            count += 1
        table = Table(rows=count, bytes=file.tell(), sha256=digest.hexdigest())
        return _Rows(name=model._meta.label, file=file, table=table)

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks()
        yield from _gzipped(chunks) if self.compressed else chunks

    def _chunks(self) -> Iterator[bytes]:
        text = json.dumps(self.manifest.model_dump(), indent=2, ensure_ascii=False).encode()
        yield from (header(NAME, len(text)), text, padding(len(text)))
        for each in self._tables:
            yield header(f"tables/{each.name}.jsonl", each.table.bytes)
            each.file.seek(0)
            yield from pieces_of(each.file)
            yield padding(each.table.bytes)
        self._digests.seek(0)
        for line in self._digests:
            digest, size = line.decode().split()
            yield header(f"blobs/{digest}", int(size))
            yield from self._blob(digest)
            yield padding(int(size))
        yield from self._files()
        yield END

    def _files(self) -> Iterator[bytes]:
        yield header(LIST, self.manifest.files.list_bytes)
        self._kept.seek(0)
        yield from pieces_of(self._kept)
        yield padding(self.manifest.files.list_bytes)
        self._kept.seek(0)
        for number, kept in enumerate(read_list(self._kept), start=1):
            yield header(f"files/{number}", kept.size)
            yield from inside(self.organisation, chunks_of(kept))
            yield padding(kept.size)

    def _blob(self, digest: str) -> Iterator[bytes]:
        """Its bytes. Raises Unavailable when these are not what its name says."""
        with use(self.organisation):
            reader = blob_storage().open(digest)
        seen = hashlib.sha256()
        try:
            for chunk in inside(self.organisation, reader):
                seen.update(chunk)
                yield chunk
        finally:
            reader.close()
        if seen.hexdigest() != digest:
            raise _damaged_content(digest)

    def close(self) -> None:
        """Let go of what was read, and let sweeps go on."""
        self._held.close()


def export_organisation(
    organisation: Organisation, *, compressed: bool = False, without_unknown: bool = False
) -> Export:
    """The archive of an organisation as it is now; whoever iterates over it closes it.

    Parameters: `compressed`, with gzip; `without_unknown`, whether tables that no model stands for are left out.
    Raises Conflict for such tables otherwise, Unavailable when the storage lacks a content that a row names.
    """
    act: dict[str, Any] = {
        "action": "organisation.exported",
        "entity_type": "Organisation",
        "entity_id": organisation.key,
        "detail": {"slug": organisation.slug},
    }
    audit.record_site(**act)
    with use(organisation):
        audit.record(**act)
    return Export(organisation=organisation, compressed=compressed, without_unknown=without_unknown)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Inside, the current organisation's rows are read as they are at its beginning; writers are not held up."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:  # `atomic()` would begin as a writer
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write_digests(file: IO[bytes]) -> Blobs:
    """Digest and size of each content that a row names, a line each, ascending; how many there are and how large."""
    count = size = 0
    for digest, length in _named_blobs():
        if blob_storage().size(digest) != length:
            raise _damaged_content(digest)
        file.write(f"{digest} {length}\n".encode())
        count, size = count + 1, size + length
    return Blobs(count=count, bytes=size)


def _named_blobs() -> Iterator[tuple[str, int]]:
    [(label, (digest, size))] = BLOBS.items()
    rows = apps.get_model(label)._base_manager.using("default").order_by(digest)
    batch = list(rows.values_list(digest, size).distinct()[:_BATCH])
    while batch:
        yield from batch
        later = rows.filter(**{f"{digest}__gt": batch[-1][0]})
        batch = list(later.values_list(digest, size).distinct()[:_BATCH])


def _damaged_content(digest: str) -> errors.VaultError:
    return errors.server.Unavailable(
        f"The stored content {digest} is damaged, so the organisation cannot be exported whole; restore it from a"
        " backup."
    )


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    press = zlib.compressobj(wbits=31)  # 31: with the header and checksum of a gzip file
    for chunk in chunks:
        if pressed := press.compress(chunk):
            yield pressed
    yield press.flush()
