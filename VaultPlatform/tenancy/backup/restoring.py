"""Putting a backup into an empty place. It is checked from its first to its last byte before anything is changed."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader

from VaultPlatform import audit
from VaultPlatform.storage import blob_storage
from VaultPlatform.storage.files import make_folder, sync_folder
from VaultPlatform.tenancy.archive.kept_files import folder as files_folder
from VaultPlatform.tenancy.archive.kept_files import stays_inside
from VaultPlatform.tenancy.archive.tar import Member
from VaultPlatform.tenancy.backup.container import contents, verified
from VaultPlatform.tenancy.backup.engine import Engine, engine
from VaultPlatform.tenancy.backup.manifest import Manifest
from VaultPlatform.tenancy.backup.problems import BackupFailed, damaged, unfit
from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.names import TEMPLATE

Progress = Callable[[str], None]
#: Where the settings go that the backup brings: the site's own say where the database is, and stay.
SETTINGS = "VaultSettings.restored.json"


def restore_backup(path: Path, *, progress: Progress) -> Manifest:
    """Make this site, which has to be empty, what the backup in the file `path` holds.

    Raises ValidationError for a backup that is damaged or not for this site, BackupFailed when a tool is missing or
    something fails half-way: what had been made is removed again then. OSError if `path` cannot be read.
    """
    target = engine()
    refuse_what_is_there(target)
    progress("checking the backup")
    manifest = verified(path)
    _check_fits(manifest, target)
    target.check()
    restoring = _Restoring(manifest, target, progress)
    try:
        restoring.run(path)
    except BaseException:
        restoring.undo()
        raise
    audit.record_site(action="site.restored", entity_type="Site", detail={"backup_of": manifest.created_at})
    return manifest


def refuse_what_is_there(target: Engine) -> None:
    """Raises BackupFailed unless this site is empty. Keys do not count: without data there is nothing they open."""
    rooms = Path(settings.VAULT_HOME) / "storage"
    there = target.what_is_there() or next(
        (f"the folder {room}" for room in sorted(rooms.glob("*")) if room.is_dir()), None
    )
    if there:
        raise BackupFailed(
            f"This site is not empty: there is {there}. A backup is restored into an empty VAULT_HOME, and with"
            " PostgreSQL an empty database; nothing that is there is ever replaced."
        )


def _check_fits(manifest: Manifest, target: Engine) -> None:
    if manifest.engine != target.name:
        raise unfit(
            f"it is of a site on {manifest.engine}, and this one is on {target.name}; take single organisations from"
            " one to the other with `export_org` and `import_org`"
        )
    if missing := sorted(set(manifest.plugins) - set(settings.ACTIVE_PLUGINS)):
        raise unfit(
            f"its site had the plugins {', '.join(missing)}, which are not on here: install them, and list them in"
            " Base.active_plugins"
        )
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    labels = {config.label for config in apps.get_app_configs()}
    newer = [
        f"{label}.{name}"
        for label, names in manifest.migrations.items()
        for name in names
        if label in labels and (label, name) not in known
    ]
    if newer:
        raise unfit(
            f"this code lacks migrations that its site had ({', '.join(newer)}); install the version that made it, or a"
            " newer one"
        )


class _Restoring:
    """What is done with each member, and how it is undone."""

    def __init__(self, manifest: Manifest, target: Engine, progress: Progress) -> None:
        self._manifest, self._target, self._say = manifest, target, progress
        self._home = Path(settings.VAULT_HOME)
        self._organisations = [
            Organisation(slug=each.slug, key=each.key, name=each.slug, database=each.database)
            for each in manifest.organisations
        ]
        self._owners: dict[str, Organisation | None] = {
            "control": None,
            TEMPLATE.key: TEMPLATE,
            **{each.key: each for each in self._organisations},
        }
        self._names: list[str] = []

    def run(self, path: Path) -> None:
        for member in contents(path):
            kind, _, rest = member.name.partition("/")
            handle = getattr(self, f"_{kind}", None) if rest else self._settings
            if handle is None:
                raise damaged(f"'{member.name}' in it is nothing that a backup has")
            try:
                handle(rest, member)
            except (DatabaseError, OSError) as error:
                raise BackupFailed(f"'{member.name}' could not be restored: {error}.") from error
            except (ValueError, LookupError) as error:
                raise damaged(f"'{member.name}' in it is nothing that a backup has") from error
        self._target.finish()

    def undo(self) -> None:
        self._target.undo()
        for organisation in self._organisations:
            shutil.rmtree(self._home / "storage" / organisation.key, ignore_errors=True)

    def _settings(self, _: str, member: Member) -> None:
        _write(self._home / SETTINGS, member)

    def _keys(self, name: str, member: Member) -> None:
        if "/" in name or name.startswith("."):
            raise damaged(f"'{member.name}' is no name of a key")
        _write(make_folder(self._home / "keys") / name, member)

    def _databases(self, name: str, member: Member) -> None:
        self._say(f"database {name}")
        stem = name.removesuffix(self._target.suffix)
        if stem not in self._owners:
            raise damaged(f"'{member.name}' is of no organisation that it has")
        self._target.restore(self._owners[stem], member)

    def _blobs(self, rest: str, member: Member) -> None:
        with use(self._organisation(rest)):
            writer = blob_storage().writer()
            try:
                for chunk in member:
                    writer.write(chunk)
                blob_storage().put(writer.finish())
            finally:
                writer.close()

    def _files(self, rest: str, member: Member) -> None:
        number, _, position = rest.partition("/")
        if not position:
            self._names = [json.loads(line) for line in b"".join(member).splitlines()]
            return
        name = self._names[int(position) - 1]
        if not stays_inside(name):
            raise damaged(f"it names a file that cannot be: {name!r}")
        with use(self._organisation(number)):
            path = files_folder() / name
        make_folder(path.parent)
        _write(path, member)

    def _organisation(self, rest: str) -> Organisation:
        return self._organisations[int(rest.partition("/")[0]) - 1]


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """The file, whole and on the disk, in place of one that may be there."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_folder(path.parent)
