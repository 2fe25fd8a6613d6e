"""The whole site as one file, taken while it works, and put into an empty place again.

The file is a tar archive of plain files:

    VaultSettings.json        the settings, which hold no secret
    keys/<name>               the keys that the site made for itself
    databases/<name>          the control plane, the template, each organisation: a dump (PostgreSQL), a file (SQLite)
    blobs/<n>/<SHA-256>       contents of documents of the nth organisation, ascending
    files/<n>.jsonl           names of the files that plugins keep for it, and then files/<n>/<number>
    manifest.json             at the end: what there is, with checksums; without it the file is not complete

Rows are of one moment (see `postgresql` and `sqlite`), contents are read after them while sweeps are held off, so that
what a row names is there.
"""

from VaultPlatform.tenancy.backup.restoring import restore_backup
from VaultPlatform.tenancy.backup.writing import write_backup

__all__ = ["restore_backup", "write_backup"]
