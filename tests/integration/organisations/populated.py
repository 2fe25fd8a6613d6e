"""An organisation with something in every table that members and plugins write to, and what it holds, to compare."""

import io
import tarfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tests.clients import PASSWORD, Client
from VaultPlatform import tenancy
from VaultPlatform.tenancy.archive import export_organisation, import_organisation
from VaultPlatform.tenancy.service import organisation_service


def populate(org: tenancy.Organisation, client: Client) -> None:
    """Members, groups, documents with versions, bookmarks, a file of a plugin; a number given and taken back."""
    groups = [_made(client, "groups", name=f"group {n}", members=[client.id]) for n in range(3)]
    client.delete(f"/vault/groups/{groups[-1]}")
    _made(client, "users", username="änne", password=PASSWORD, role="editor", groups=[groups[0]])
    for n in range(3):
        document = upload(
            client, f"content {n}".encode(), attributes='{"ratio": 0.1, "deep": [1, {"x": null}]}'
        )
        _made(
            client, "bookmarks/share", target_url=f"https://a.example/vault/documents/{document}", title="ß"
        )
    upload(client, b"content 0")  # the same bytes again
    upload(client, b"")
    with tenancy.use(org):
        default_storage.save(f"{'long/' * 30}a file.txt", ContentFile(b"kept by a plugin"))


def upload(client: Client, content: bytes, **fields: Any) -> str:
    file = SimpleUploadedFile(f"{uuid4().hex}.txt", content, "text/plain")
    body = {"file": file, "tags": ["a", "b"], **fields}
    response = client.post("/vault/documents", body, format="multipart")
    assert response.status_code == 201, response.content
    return str(response.json()["id"])


def _made(client: Client, path: str, **body: Any) -> Any:
    response = client.post(f"/vault/{path}", body)
    assert response.status_code == 201, response.content
    return response.json()["id"]


def exported(org: tenancy.Organisation, **options: Any) -> bytes:
    """The archive of an organisation."""
    export = export_organisation(org, **options)
    try:
        return b"".join(export)
    finally:
        export.close()


def imported(archive: bytes, slug: str = "") -> tenancy.Organisation:
    return import_organisation(io.BytesIO(archive), slug=slug or f"imported-{uuid4().hex[:8]}")


def files_of(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def sites_state() -> tuple[Any, ...]:
    """All that an import could leave: organisations, whatever their state, databases, rooms of files."""
    home = Path(settings.VAULT_HOME)
    rows = sorted(organisation_service.filter().values_list("slug", "status"))
    rooms = sorted(path.name for path in (home / "storage").glob("*") if path.is_dir())
    if connections["default"].vendor == "sqlite":
        return rows, rooms, sorted(path.name for path in (home / "organisations").glob("*.sqlite3"))
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace ORDER BY 1")
        return rows, rooms, [row[0] for row in cursor.fetchall() if "temp" not in row[0]]
