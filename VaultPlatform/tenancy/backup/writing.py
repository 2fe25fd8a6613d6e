"""Taking a backup of the site, which goes on working meanwhile.

Only what would change which databases there are has to wait, while they are dumped: making organisations, and
migrations. Organisations are not removed, and contents not swept, until the last one is copied.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.timezone import now

from VaultPlatform import audit
from VaultPlatform.config import load_environment
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.archive.files import nameless_file, pieces_of, whole_file
from VaultPlatform.tenancy.archive.kept_files import folder as files_folder
from VaultPlatform.tenancy.archive.kept_files import names_in
from VaultPlatform.tenancy.backup.container import Container
from VaultPlatform.tenancy.backup.engine import Moment, engine
from VaultPlatform.tenancy.backup.manifest import VERSION, Manifest, Saved
from VaultPlatform.tenancy.context import Organisation, inside, use
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.states import IMPORTING, PURGING
from VaultPlatform.tenancy.storage import storage

Progress = Callable[[str], None]
#: Digests that are asked for at a time.
_BATCH = 1000
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
_ORGANISATIONS = "SELECT slug, key, name, status, database FROM control_organisation ORDER BY slug"
_HEAD = "SELECT seq, hash FROM audit_head"
_DIGESTS = (  # the limit is a number of our own
    'SELECT DISTINCT sha256 FROM "VaultModels_documentversion" WHERE sha256 > %s'  # noqa: S608  # nosec B608
    " ORDER BY sha256"
    f" LIMIT {_BATCH}"
)


def write_backup(path: Path, *, progress: Progress) -> Manifest:
    """Write a backup of the whole site into the new file `path`; what is in it.

    The file is there when it is complete, on the disk, and for its maker alone to read. Raises BackupFailed when a tool
    is missing or fails, Conflict if `path` is there already, OSError if it cannot be written.
    """
    engine().check()
    with whole_file(path) as file, blob_storage().sweeps_held():
        audit.record_site(action="site.backed_up", entity_type="Site")
        return _Backup(file=file, folder=path.parent, progress=progress).write()


class _Backup:
    """One backup in the making."""

    def __init__(self, *, file: IO[bytes], folder: Path, progress: Progress) -> None:
        self._container, self._folder, self._say = Container(file), folder, progress
        self._engine = engine()
        self._saved: list[tuple[Organisation, Any]] = []
        self._damaged: list[tuple[str, str]] = []

    def write(self) -> Manifest:
        with ExitStack() as stack:
            digests = stack.enter_context(nameless_file())
            with storage().lock(for_long=True), self._engine.moment(self._folder) as moment:
                migrations = self._databases(moment, digests)
            self._settings_and_keys()
            blobs = self._blobs(digests)
        for number, (organisation, _) in enumerate(self._saved, start=1):
            with use(organisation):
                self._files(number)
        manifest = self._manifest(migrations, blobs)
        self._container.close(manifest)
        return manifest

    def _databases(self, moment: Moment, digests: IO[bytes]) -> dict[str, list[str]]:
        """Dump all of them; digests of the contents that rows name go into `digests`."""
        self._say("control plane")
        self._dump(moment, None, "control")
        rows = moment.query(None, _ORGANISATIONS)
        migrations = [*moment.query(None, _MIGRATIONS), *moment.query(TEMPLATE, _MIGRATIONS)]
        self._dump(moment, TEMPLATE, TEMPLATE.key)
        whole = [
            Organisation(slug=slug, key=key, name=name, status=status, database=database)
            for slug, key, name, status, database in rows
            if status not in {IMPORTING, PURGING}
        ]
        for number, organisation in enumerate(whole, start=1):
            self._say(f"organisation {organisation.slug} ({number}/{len(whole)}): rows")
            head = next(iter(moment.query(organisation, _HEAD)), None)
            for digest in _named_blobs(moment, organisation):
                digests.write(f"{number} {digest}\n".encode())
            self._dump(moment, organisation, organisation.key)
            self._saved.append((organisation, head))
        return _by_app(migrations)

    def _dump(self, moment: Moment, owner: Organisation | None, name: str) -> None:
        self._container.add_listed(f"databases/{name}{self._engine.suffix}", moment.dump(owner))

    def _settings_and_keys(self) -> None:
        self._add_file("VaultSettings.json", load_environment().settings)
        for path in sorted((Path(settings.VAULT_HOME) / "keys").iterdir()):
            if path.is_file() and not path.name.startswith("."):
                self._add_file(f"keys/{path.name}", path)

    def _add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self._container.add_listed(name, pieces_of(file))

    def _blobs(self, digests: IO[bytes]) -> list[int]:
        """Copy the contents; how many of each organisation."""
        counts = [0] * len(self._saved)
        digests.seek(0)
        for line in digests:
            number, digest = line.decode().split()
            organisation = self._saved[int(number) - 1][0]
            if not counts[int(number) - 1]:
                self._say(f"organisation {organisation.slug} ({number}/{len(counts)}): contents")
            if self._container.add_blob(f"blobs/{number}/{digest}", _content(organisation, digest)):
                counts[int(number) - 1] += 1
            else:
                self._damaged.append((organisation.slug, digest))
        return counts

    def _files(self, number: int) -> None:
        """Files that plugins keep. One that is removed meanwhile is left out, as it would be a moment later."""
        names = list(names_in(files_folder()))
        if not names:
            return
        lines = [json.dumps(name).encode() + b"\n" for name in names]
        self._container.add_listed(f"files/{number}.jsonl", lines)
        for position, name in enumerate(names, start=1):
            try:
                file = (files_folder() / name).open("rb")
            except FileNotFoundError:
                continue
            with file:
                self._container.add_listed(f"files/{number}/{position}", pieces_of(file))

    def _manifest(self, migrations: dict[str, list[str]], blobs: list[int]) -> Manifest:
        return Manifest(
            format="nimbusvault-backup",
            version=VERSION,
            created_at=now().isoformat(),
            engine="sqlite" if self._engine.name == "sqlite" else "postgresql",
            engine_version=self._engine.version(),
            migrations=migrations,
            plugins=list(settings.ACTIVE_PLUGINS),
            organisations=[
                Saved(
                    slug=organisation.slug,
                    key=organisation.key,
                    database=organisation.database,
                    blobs=count,
                    audit_head=None if head is None else (int(head[0]), str(head[1])),
                )
                for (organisation, head), count in zip(self._saved, blobs, strict=True)
            ],
            members=self._container.members,
            damaged=self._damaged,
        )


def _named_blobs(moment: Moment, organisation: Organisation) -> Iterator[str]:
    last = ""
    while rows := moment.query(organisation, _DIGESTS, (last,)):
        for (last,) in rows:  # the next batch begins behind it
            yield last


def _content(organisation: Organisation, digest: str) -> Iterator[bytes]:
    with use(organisation):
        reader = blob_storage().open(digest)
    try:
        yield from inside(organisation, reader)
    finally:
        reader.close()


def _by_app(rows: list[Any]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for app, name in rows:
        found.setdefault(app, set()).add(name)
    return {app: sorted(names) for app, names in sorted(found.items())}
