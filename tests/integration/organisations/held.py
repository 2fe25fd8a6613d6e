"""All that an organisation holds, to compare. It can be imported in a process of any site, not only of the test run."""

from typing import Any

from VaultManagement.Documents.bll.service import document_version_service
from VaultPlatform import tenancy
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.archive.kept_files import folder, names_in
from VaultPlatform.tenancy.archive.rows import lines_of
from VaultPlatform.tenancy.archive.tables import REFERENCES, travelling


def everything(org: tenancy.Organisation) -> dict[str, Any]:
    """Every row that travels, every content, every file. Rows that each database numbers by itself are left out."""
    with tenancy.use(org):
        held: dict[str, Any] = {
            model._meta.label: list(lines_of(model))
            for model in travelling()
            if model._meta.label not in REFERENCES
        }
        digests = document_version_service.filter().values_list("sha256", flat=True)
        held["blobs"] = {digest: b"".join(blob_storage().open(digest)) for digest in digests}
        held["files"] = {name: (folder() / name).read_bytes() for name in names_in(folder())}
    return held
