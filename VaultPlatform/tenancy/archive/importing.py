"""Reading an archive into a new organisation, which nobody sees until all of it is there and has been checked.

The archive is read once, from its beginning, as it comes. Each file has to be the one that the manifest announces
there, of that size and that digest; a content has to be one that a row names, in ascending order. So there is no room
for a file twice, for one too many, or for more bytes than were announced.
"""

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import Model

from VaultPlatform.audit.anchors import settle
from VaultPlatform.audit.reading import OrganisationChain
from VaultPlatform.audit.verification import verify
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.archive.files import nameless_file, pieces_of
from VaultPlatform.tenancy.archive.kept_files import LIST, keep, read_list
from VaultPlatform.tenancy.archive.manifest import MAX_BYTES, NAME, Manifest, Table, read_manifest
from VaultPlatform.tenancy.archive.requirements import check_requirements
from VaultPlatform.tenancy.archive.rows import Loader, split_lines
from VaultPlatform.tenancy.archive.tables import BLOBS, present, travelling
from VaultPlatform.tenancy.archive.tar import Member, Source, damaged, members, unfit
from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.lifecycle import draft_organisation, drop_organisation, open_organisation

_GZIP = b"\x1f\x8b"


def import_organisation(source: Source, *, slug: str = "", name: str = "") -> Organisation:
    """Make an organisation of what an archive holds: all of it, or nothing.

    Parameters: `source`, the archive, plain or compressed; `slug` and `name`, those of the archive if empty. Raises
    ValidationError for an archive that is damaged, of a newer format, or that needs plugins or migrations which the
    site has not; Conflict for a slug that is taken; Unavailable when the storage does not work.
    """
    with _readable():
        following = members(_plain(source))
        manifest = _manifest(following)
        _check_room(manifest)
        draft = draft_organisation(
            slug=slug or manifest.organisation.slug, name=name or manifest.organisation.name
        )
        try:
            with use(draft):
                check_requirements(manifest)
                _load(manifest, following)
                _check_chain()
            settle(draft)
            return open_organisation(draft)
        except BaseException:
            drop_organisation(draft)
            raise


def _check_chain() -> None:
    """Raises ValidationError unless the audit chain, as it was brought in, proves itself."""
    report = verify(OrganisationChain())
    if not report.valid:
        first = report.findings[0]
        raise damaged(f"its audit chain does not hold (entry {first.seq}: {first.what})")


def _load(manifest: Manifest, following: Iterator[Member]) -> None:
    models = {model._meta.label: model for model in present(travelling())}
    try:
        with transaction.atomic():
            _load_tables(manifest, following, models)
            _go_on_counting(models.values())
    except IntegrityError as error:  # at the commit, when references are checked
        raise damaged("its rows refer to others that are not in it") from error
    after = _load_blobs(manifest, following)
    _load_files(manifest, after, following)


def _load_tables(manifest: Manifest, following: Iterator[Member], models: dict[str, type[Model]]) -> None:
    if unknown := sorted(manifest.tables.keys() - models.keys()):
        raise unfit(f"this site has no tables for {', '.join(unknown)}")
    if list(manifest.tables) != [label for label in models if label in manifest.tables]:
        raise damaged("its tables come in another order than they are written in")
    loader = Loader()
    for label, table in manifest.tables.items():
        member = _expected(following, f"tables/{label}.jsonl")
        if member.size != table.bytes:
            raise damaged(f"'{member.name}' has another size than its {NAME} says")
        lines = split_lines(_checked(member, table.sha256), within=member.name)
        _load_table(loader, models[label], lines, table=table, within=member.name)


def _load_table(
    loader: Loader, model: type[Model], lines: Iterator[bytes], *, table: Table, within: str
) -> None:
    try:
        with transaction.atomic():
            count = loader.load(model, lines, within=within)
    except (DatabaseError, ValueError, OverflowError) as error:
        raise damaged(f"the rows of '{within}' do not fit into the database") from error
    if count != table.rows:
        raise damaged(f"'{within}' has {count} rows, and {table.rows} are announced")


def _load_blobs(manifest: Manifest, following: Iterator[Member]) -> Member:
    """Contents, ascending, which are those that rows name and no others; the file behind them is returned."""
    count, size, before = 0, 0, ""
    for member in following:
        if member.name == LIST:
            break
        digest = member.name.removeprefix("blobs/")
        if member.name == digest or digest <= before or _size_in_rows(digest) != member.size:
            raise damaged(f"'{member.name}' in it is a content that no row names, or is not where it belongs")
        _store(member, digest)
        count, size, before = count + 1, size + member.size, digest
    else:
        raise damaged(f"it ends where '{LIST}' has to be")
    if (count, size) != (manifest.blobs.count, manifest.blobs.bytes) or count != _number_in_rows():
        raise damaged("contents are missing in it")
    return member


def _load_files(manifest: Manifest, listed: Member, following: Iterator[Member]) -> None:
    """The rest of the archive: files of plugins, as listed in `listed`."""
    told = manifest.files
    if listed.size != told.list_bytes:
        raise damaged(f"'{LIST}' has another size than its {NAME} says")
    with nameless_file() as file:  # the files themselves come behind the whole list
        file.writelines(_checked(listed, told.list_sha256))
        file.seek(0)
        count = size = 0
        for kept in read_list(split_lines(pieces_of(file), within=LIST)):
            member = _expected(following, f"files/{count + 1}")
            count, size = count + 1, size + kept.size
            if member.size != kept.size or size > told.bytes:
                raise damaged(f"'{member.name}' has another size than '{LIST}' says")
            keep(kept, _checked(member, kept.sha256))
    if (count, size) != (told.count, told.bytes) or next(following, None) is not None:
        raise damaged("it has more files, or fewer, than are announced")


def _store(member: Member, digest: str) -> None:
    writer = blob_storage().writer()
    try:
        for chunk in _checked(member, digest):
            writer.write(chunk)
        blob_storage().put(writer.finish())
    finally:
        writer.close()


def _go_on_counting(models: Any) -> None:
    """Rows came with their numbers; have the database give later ones to new rows."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def _rows_with_blobs() -> tuple[Any, str, str]:
    [(label, (digest, size))] = BLOBS.items()
    return apps.get_model(label)._base_manager.using("default"), digest, size


def _size_in_rows(digest: str) -> int | None:
    """Bytes of a content according to the rows; None if none names it."""
    rows, column, size = _rows_with_blobs()
    found: int | None = rows.filter(**{column: digest}).values_list(size, flat=True).first()
    return found


def _number_in_rows() -> int:
    rows, digest, _ = _rows_with_blobs()
    return int(rows.values(digest).distinct().count())


def _manifest(following: Iterator[Member]) -> Manifest:
    member = _expected(following, NAME)
    if member.size > MAX_BYTES:
        raise damaged(f"its {NAME} is larger than {MAX_BYTES} bytes")
    return read_manifest(b"".join(member))


def _expected(following: Iterator[Member], name: str) -> Member:
    """The next file, which has to be `name`."""
    member = next(following, None)
    if member is None or member.name != name:
        found = "it ends" if member is None else f"'{member.name}' follows"
        raise damaged(f"{found} where '{name}' has to be")
    return member


def _checked(member: Member, sha256: str) -> Iterator[bytes]:
    """The member's bytes. Raises ValidationError at their end if they are not the ones announced."""
    digest = hashlib.sha256()
    for chunk in member:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha256:
        raise damaged(f"the checksum of '{member.name}' does not fit")


def _check_room(manifest: Manifest) -> None:
    free = shutil.disk_usage(Path(settings.VAULT_HOME)).free
    if manifest.size > free:
        raise unfit(f"it unpacks to {manifest.size} bytes, and {free} are free on this site")


class _Begun:
    """A source of which the beginning has been read already."""

    def __init__(self, beginning: bytes, source: Source) -> None:
        self._beginning, self._source = beginning, source

    def read(self, size: int = -1, /) -> bytes:
        if self._beginning:
            data, self._beginning = self._beginning[:size], self._beginning[size:]
            return data
        return self._source.read(size)


def _plain(source: Source) -> Source:
    """The archive's own bytes, unpacked as they are asked for where it is compressed."""
    beginning = source.read(1) + source.read(1)
    whole: Any = _Begun(beginning, source)
    return gzip.GzipFile(fileobj=whole, mode="rb") if beginning == _GZIP else whole


@contextmanager
def _readable() -> Iterator[None]:
    """What goes wrong in unpacking is the archive's fault."""
    try:
        yield
    except (zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise damaged("its compression is damaged, or it is cut off") from error
