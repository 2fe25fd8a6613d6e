"""Export and import: what goes out comes in again, whole and working, on either database; and nothing else does."""

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.clients import Client, sign_in
from tests.integration.organisations.held import everything
from tests.integration.organisations.populated import (
    exported,
    files_of,
    imported,
    sites_state,
    upload,
)
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit.service import (
    audit_anchor_service,
    audit_entry_service,
    audit_head_service,
    site_audit_entry_service,
)
from VaultPlatform.identity.service import session_service
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.archive import export_organisation, exporting, import_organisation, tables

AUDIT = ("VaultModels.AuditEntry", "VaultModels.AuditHead")


def without_audit(held: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in held.items() if name not in AUDIT}


@pytest.mark.parametrize("compressed", [False, True])
def test_what_went_out_comes_in_again(full: Any, take_in: Any, *, compressed: bool) -> None:
    archive = exported(full, compressed=compressed)
    before = everything(full)
    assert all(before[label] for label in ("VaultModels.DocumentTag", "Bookmarks_Plugin.Bookmark"))
    copy = take_in(archive)
    assert without_audit(everything(copy)) == without_audit(before)
    assert (copy.name, copy.status, copy.key != full.key) == (full.name, "active", True)


def test_the_copy_works_like_any_organisation(full: Any, take_in: Any, client_for: Any) -> None:
    name = client_for(full).username
    copy = take_in(exported(full))
    headers = {"Org": copy.slug, "Authorization": f"JWT {sign_in(copy, name)['access']}"}
    client = Client(id="", username=name, headers=headers)
    [first, *_] = client.get("/vault/documents?search=txt").json()["results"]
    content = b"".join(client.get(f"/vault/documents/{first['id']}/content"))
    assert hashlib.sha256(content).hexdigest() == first["version"]["sha256"]
    assert client.post("/vault/groups", {"name": "new"}).status_code == 201  # numbers go on
    upload(client, b"new")


def test_sign_ins_stay_behind(full: Any, take_in: Any) -> None:
    copy = take_in(exported(full))
    with tenancy.use(full):
        assert session_service.filter().exists()
    with tenancy.use(copy):
        assert not session_service.filter().exists()


def test_what_stays_behind_is_there_to_stay_behind(django_db_setup: None) -> None:
    labels = {model._meta.label for model in tables._models()}
    assert set(tables.LEFT_OUT) | set(tables.REFERENCES) | set(tables.BLOBS) <= labels


def test_the_audit_chain_comes_along_and_goes_on(full: Any, take_in: Any) -> None:
    archive = exported(full)
    with tenancy.use(full):
        head = audit_head_service.get(id=1)
        entries = list(audit_entry_service.filter().order_by("seq").values_list("seq", "hash"))
    copy = take_in(archive)
    assert (head.seq, head.hash) == entries[-1]
    with tenancy.use(copy):
        ours = list(audit_entry_service.filter().order_by("seq").values_list("seq", "hash", "action"))
        new_head = audit_head_service.get(id=1)
    assert [each[:2] for each in ours[:-1]] == entries
    assert ours[-1][2] == "organisation.imported"
    anchor = audit_anchor_service.get(organisation=copy.key)
    assert (anchor.seq, anchor.hash) == (new_head.seq, new_head.hash) == (head.seq + 1, ours[-1][1])
    acts = site_audit_entry_service.filter(entity_id=copy.key).values_list("action", flat=True)
    assert list(acts) == ["organisation.imported"]


def test_two_exports_of_the_same_state_hold_the_same_rows(full: Any) -> None:
    def held(archive: bytes) -> dict[str, bytes]:
        found = files_of(archive)
        return {name: found[name] for name in found if name != "manifest.json" and "Audit" not in name}

    assert held(exported(full)) == held(exported(full))


def test_an_export_is_one_moment_of_an_organisation_that_goes_on(full: Any, client_for: Any) -> None:
    """What is uploaded between the reading of two tables is in neither, and nobody has to wait for the export."""
    client, before = client_for(full), everything(full)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "lines_of", with_an_upload(exporting.lines_of, client))
        found = files_of(exported(full))
    rows = found["tables/VaultModels.DocumentVersion.jsonl"].splitlines(keepends=True)
    assert rows == before["VaultModels.DocumentVersion"]
    assert len(everything(full)["VaultModels.DocumentVersion"]) == len(rows) + 1


def with_an_upload(lines_of: Any, client: Client) -> Any:
    """`lines_of`, which has somebody else upload a document before tags are read."""

    def read(model: Any) -> Iterator[bytes]:
        if model._meta.label == "VaultModels.DocumentTag":
            uploading = threading.Thread(target=tenancy.propagate(upload), args=(client, b"meanwhile"))
            uploading.start()
            uploading.join(30)
            assert not uploading.is_alive()
        yield from lines_of(model)

    return read


def test_tables_of_nobody_are_named_and_not_lost_in_silence(full: Any, take_in: Any) -> None:
    with tenancy.use(full), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_plugin_that_is_off (n integer)")
    with pytest.raises(errors.bad_request.Conflict, match="of_a_plugin_that_is_off"):
        export_organisation(full)
    archive = exported(full, without_unknown=True)
    assert json.loads(files_of(archive)["manifest.json"])["left_out"] == ["of_a_plugin_that_is_off"]
    take_in(archive)


def test_a_content_that_is_damaged_or_lost_is_told_before_anything_is_sent(full: Any) -> None:
    address = next((Path(settings.VAULT_HOME) / "storage" / full.key / "blobs").glob("*/*"))
    kept = address.read_bytes()
    address.write_bytes(kept + b"!")
    with pytest.raises(errors.server.Unavailable, match=address.name):
        export_organisation(full)
    address.unlink()
    with pytest.raises(errors.server.Unavailable):
        export_organisation(full)


def test_a_content_whose_bytes_are_others_ends_the_export(full: Any) -> None:
    address = next((Path(settings.VAULT_HOME) / "storage" / full.key / "blobs").glob("*/*"))
    address.write_bytes(b"x" * address.stat().st_size)
    if address.stat().st_size == 0:
        pytest.skip("nothing can be changed in nothing")
    with pytest.raises(errors.server.Unavailable, match=address.name):
        exported(full)


def test_a_slug_that_is_taken_is_a_conflict_that_leaves_nothing(full: Any) -> None:
    archive, before = exported(full), sites_state()
    with pytest.raises(errors.bad_request.Conflict, match="already"):
        imported(archive, full.slug)
    assert sites_state() == before


def test_nobody_sees_an_import_before_it_is_complete(full: Any, operator_client: Any) -> None:
    archive, slug = exported(full), f"seen-{uuid4().hex[:6]}"
    seen: list[int] = []
    operator, client = operator_client(), Client(id="", username="", headers={"Org": slug})

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.append(client.get("/vault/documents").status_code)
            seen.append(operator.get(f"/vault/site/organisations/{slug}").status_code)
            return super().read(size)

    made = import_organisation(Watched(archive), slug=slug)
    try:
        assert len(seen) > 20 and set(seen) == {404}
        assert client.get("/vault/documents").status_code == 401
    finally:
        tenancy.drop_organisation(made)


# --- over the command line and REST -------------------------------------------------------------------------------


def test_the_commands_make_a_private_file_and_an_organisation_of_it(full: Any, tmp_path: Path) -> None:
    path, out, slug = tmp_path / "a.tar", StringIO(), f"by-{uuid4().hex[:6]}"
    call_command("export_org", full.slug, str(path), json=True, stdout=out)
    assert json.loads(out.getvalue())["blobs"] == 4
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar"]
    call_command("import_org", str(path), slug, name="Copied", json=True, stdout=(told := StringIO()))
    try:
        assert json.loads(told.getvalue()) == {"slug": slug, "name": "Copied"}
        copy = tenancy.find_organisation(slug)
        assert without_audit(everything(copy)) == without_audit(everything(full))
    finally:
        tenancy.drop_organisation(tenancy.find_organisation(slug))


def test_the_commands_refuse_in_one_line_and_leave_no_half_file(full: Any, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"precious")
    for arguments, why in (
        (("export_org", full.slug, str(there)), "is there already"),
        (("export_org", full.slug, str(tmp_path / "no" / "folder")), "cannot be written"),
        (("export_org", "nowhere", str(tmp_path / "x")), "no organisation 'nowhere'"),
        (("import_org", str(tmp_path / "x")), "cannot be read"),
        (("import_org", str(there)), "cannot be used"),
    ):
        with pytest.raises(CommandError, match=why) as refusal:
            call_command(*arguments, stdout=StringIO())
        assert "\n" not in str(refusal.value)
    assert there.read_bytes() == b"precious"
    assert [each.name for each in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize(
    ("query", "kind"), [("", "application/x-tar"), ("?compressed=true", "application/gzip")]
)
def test_over_rest_it_streams_out_and_in(full: Any, operator_client: Any, query: str, kind: str) -> None:
    operator, slug = operator_client(), f"rest-{uuid4().hex[:6]}"
    response = operator.get(f"/vault/site/organisations/{full.slug}/export{query}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, kind)
    archive = b"".join(response)
    path = f"/vault/site/organisations/{slug}/import?name=Copied"
    made = operator.generic("POST", path, archive, content_type=kind)
    try:
        assert made.status_code == 201, made.content
        assert made.json() == {"slug": slug, "name": "Copied", "status": "active", "delete_after": None}
        copy = tenancy.find_organisation(slug)
        assert without_audit(everything(copy)) == without_audit(everything(full))
    finally:
        tenancy.drop_organisation(tenancy.find_organisation(slug))
    assert list((Path(settings.VAULT_HOME) / "imports").iterdir()) == []


def test_over_rest_what_cannot_be_is_told(full: Any, operator_client: Any) -> None:
    operator, path = operator_client(), "/vault/site/organisations/rest-new/import"
    archive, before = exported(full), sites_state()
    assert operator.get("/vault/site/organisations/nowhere/export").status_code == 404
    for body, kind, status in (
        (b"", "application/x-tar", 400),
        (b"no tar at all" * 100, "application/x-tar", 400),
        (archive[:9000], "application/x-tar", 400),
        (b"{}", "application/json", 415),
    ):
        assert operator.generic("POST", path, body, content_type=kind).status_code == status
    taken = f"/vault/site/organisations/{full.slug}/import"
    assert operator.generic("POST", taken, archive, content_type="application/x-tar").status_code == 409
    bad = operator.generic("POST", path.replace("rest-new", "Bad"), archive, content_type="application/x-tar")
    assert bad.status_code == 400
    assert sites_state() == before


def test_a_stream_that_is_given_up_lets_sweeps_go_on(full: Any, operator_client: Any) -> None:
    response = operator_client().get(f"/vault/site/organisations/{full.slug}/export")
    next(iter(response.streaming_content))
    with pytest.raises(errors.bad_request.Conflict):
        tenancy.drop_organisation(full)
    response.close()
    with tenancy.use(full):
        blob_storage().clear()
