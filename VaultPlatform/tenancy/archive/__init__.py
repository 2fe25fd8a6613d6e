"""An organisation as one file: written by `export_organisation`, read by `import_organisation`.

The file is a tar archive, plain or compressed with gzip, of plain files in this order:

    manifest.json                  what follows, with counts and digests; see `manifest.Manifest`
    tables/<app>.<Model>.jsonl     a row a line, each a JSON object of columns; see `rows`
    blobs/<SHA-256>                contents of documents, by ascending digest

It says nothing of the database that it came from, so that it can be imported on another engine. `docs/organisations.md`
describes it for those who read it with programs of their own.
"""

from VaultPlatform.tenancy.archive.exporting import Export, export_organisation
from VaultPlatform.tenancy.archive.importing import import_organisation

__all__ = ["Export", "export_organisation", "import_organisation"]
