"""An organisation's life: renamed, suspended, resumed, deleted with time to think again, removed without a trace."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils.timezone import now

from Orchestrators.WorkerTasks.Maintenance import maintain_site
from tests.clients import Client, sign_in
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit.service import audit_anchor_service, audit_entry_service, site_audit_entry_service
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy import lifecycle
from VaultPlatform.tenancy.service import organisation_service
from VaultPlatform.tenancy.storage import storage

ClientFor = Callable[..., Client]
WAYS = ("command", "rest")


@pytest.fixture
def new_slug() -> str:
    return f"new-{uuid4().hex[:8]}"


@pytest.fixture(params=WAYS)
def act(request: pytest.FixtureRequest, operator_client: Callable[[], Client]) -> Callable[..., None]:
    """`act("suspend", slug)`: over the command line, or REST; what is refused raises Refused."""
    operator = operator_client()

    def command(verb: str, slug: str, new: str | None = None) -> None:
        try:
            call_command(f"{verb}_org", *filter(None, (slug, new)), stdout=StringIO())
        except CommandError as error:
            raise Refused(str(error)) from error

    def rest(verb: str, slug: str, new: str | None = None) -> None:
        path = f"/vault/site/organisations/{slug}"
        response = {
            "rename": lambda: operator.patch(path, {"slug": new}),
            "delete": lambda: operator.delete(path),
        }.get(verb, lambda: operator.post(f"{path}/{verb}"))()
        if response.status_code >= 400:
            raise Refused(response.json()["msg"])

    return {"command": command, "rest": rest}[request.param]


class Refused(Exception):
    """What was asked for was not done, for the reason told."""


def said_to(client: Client) -> tuple[int, str]:
    response = client.get("/vault/documents")
    return response.status_code, response.json().get("msg", "")


def actions(org: tenancy.Organisation) -> list[str]:
    """What the organisation's own chain says was done to it as a whole."""
    with tenancy.use(org):
        found = audit_entry_service.filter(entity_type="Organisation").order_by("seq")
        return list(found.values_list("action", flat=True))


def site_actions(org: tenancy.Organisation) -> list[str]:
    found = site_audit_entry_service.filter(entity_id=org.key).order_by("seq")
    return list(found.values_list("action", flat=True))


def test_a_renamed_one_answers_under_its_new_slug_alone_and_tokens_stay(
    make_org: Any, client_for: ClientFor, act: Any, new_slug: str
) -> None:
    org = make_org()
    client = client_for(org)
    assert said_to(client)[0] == 200
    act("rename", org.slug, new_slug)
    assert said_to(client)[0] == 404
    assert client.get("/vault/documents", headers={"Org": new_slug}).status_code == 200
    assert tenancy.find_organisation(new_slug).key == org.key
    assert actions(org) == ["organisation.renamed"]
    assert site_actions(org) == ["organisation.created", "organisation.renamed"]


def test_a_name_for_people_changes_alone(make_org: Any, operator_client: Any) -> None:
    org = make_org()
    path = f"/vault/site/organisations/{org.slug}"
    assert operator_client().patch(path, {"name": "North & Sons"}).json()["name"] == "North & Sons"
    out = StringIO()
    call_command("rename_org", org.slug, name="South", json=True, stdout=out)
    assert json.loads(out.getvalue()) == {"slug": org.slug, "name": "South"}


@pytest.mark.parametrize("slug", ["template", "Big", "-", ""])
def test_a_slug_that_cannot_be_is_refused(make_org: Any, slug: str) -> None:
    org = make_org()
    with pytest.raises(errors.bad_request.ValidationError):
        tenancy.rename_organisation(org.slug, new_slug=slug)
    assert tenancy.find_organisation(org.slug) == org


def test_a_slug_that_is_taken_is_refused_also_in_its_grace_period(make_org: Any, act: Any) -> None:
    org, other = make_org(), make_org()
    tenancy.delete_organisation(other.slug)
    with pytest.raises(Refused, match=f"'{other.slug}' already"):
        act("rename", org.slug, other.slug)
    with pytest.raises(errors.bad_request.Conflict):
        tenancy.create_organisation(slug=other.slug)
    assert site_actions(org) == ["organisation.created"]


def test_suspended_is_a_403_that_says_so_until_resumed(
    make_org: Any, client_for: ClientFor, act: Any
) -> None:
    org = make_org()
    client = client_for(org)
    act("suspend", org.slug)
    assert said_to(client) == (403, "This organisation is suspended; ask the operator of the site.")
    with pytest.raises(Refused, match="is suspended"):
        act("suspend", org.slug)
    act("resume", org.slug)
    assert said_to(client)[0] == 200
    with pytest.raises(Refused, match="is active"):
        act("resume", org.slug)
    assert actions(org) == ["organisation.suspended", "organisation.resumed"]
    assert site_actions(org)[1:] == actions(org)


def test_deleted_is_a_403_that_says_so_and_can_be_taken_back(
    make_org: Any, client_for: ClientFor, act: Any
) -> None:
    org = make_org()
    client = client_for(org)
    act("delete", org.slug)
    status, msg = said_to(client)
    assert status == 403 and "being deleted" in msg
    due = tenancy.find_organisation(org.slug).delete_after
    assert due is not None
    assert abs(due - now() - timedelta(days=settings.DELETION_GRACE_DAYS)) < timedelta(minutes=5)
    with pytest.raises(Refused, match="being deleted"):
        act("delete", org.slug)
    with pytest.raises(Refused, match="being deleted"):
        act("rename", org.slug, "elsewhere")
    act("resume", org.slug)
    assert said_to(client)[0] == 200
    assert tenancy.find_organisation(org.slug).delete_after is None
    assert actions(org) == ["organisation.deleted", "organisation.resumed"]


def test_an_unknown_one_is_told_of_by_name(django_db_setup: None, act: Any) -> None:
    for verb in ("suspend", "resume", "delete"):
        with pytest.raises(Refused, match="no organisation 'nowhere'"):
            act(verb, "nowhere")


def traces(org: tenancy.Organisation) -> list[str]:
    """What there is of an organisation."""
    rooms = [path.name for path in (Path(settings.VAULT_HOME) / "storage").glob(f"*{org.key}*")]
    rows = [row.slug for row in organisation_service.filter(key=org.key)]
    anchors = [row.organisation for row in audit_anchor_service.filter(organisation=org.key)]
    return [*rooms, *rows, *anchors, *(["database"] if storage().exists(org) else [])]


def keep_a_blob(org: tenancy.Organisation) -> None:
    with tenancy.use(org):
        writer = blob_storage().writer()
        writer.write(b"content")
        blob_storage().put(writer.finish())


def test_nothing_is_left_of_one_that_is_deleted_now(make_org: Any, client_for: ClientFor) -> None:
    org = make_org()
    client = client_for(org)
    keep_a_blob(org)
    assert len(traces(org)) == 4
    call_command("delete_org", org.slug, now=True, stdout=StringIO())
    assert traces(org) == []
    assert said_to(client)[0] == 404
    assert site_actions(org)[-1] == "organisation.removed"


def test_the_night_removes_those_whose_grace_period_is_over_and_no_others(
    make_org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("Orchestrators.WorkerTasks.Maintenance.maintain_organisation.delay", lambda: None)
    over, later, lives = make_org(), make_org(), make_org()
    for org in (over, later, lives):
        keep_a_blob(org)
    tenancy.delete_organisation(later.slug)
    tenancy.delete_organisation(over.slug)
    organisation_service.update(organisation_service.get(key=over.key), delete_after=now())
    maintain_site()
    assert traces(over) == []
    assert [len(traces(org)) for org in (later, lives)] == [4, 4]
    [entry] = site_audit_entry_service.filter(entity_id=over.key, action="organisation.removed")
    assert (entry.actor_kind, json.loads(entry.payload)["actor"]["name"]) == ("system", "maintenance")


def test_a_removal_that_was_killed_half_way_cannot_be_taken_back_and_is_brought_to_its_end(
    make_org: Any, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = make_org()
    client = client_for(org)
    keep_a_blob(org)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "_remove_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            tenancy.drop_organisation(org)
    assert said_to(client)[0] == 403
    with pytest.raises(errors.bad_request.Conflict, match="gone already"):
        tenancy.resume_organisation(org.slug)
    assert tenancy.purge_organisations() == {}
    assert traces(org) == []


def test_one_that_is_being_copied_is_not_removed_and_stays_as_it_was(make_org: Any) -> None:
    org = make_org()
    keep_a_blob(org)
    tenancy.suspend_organisation(org.slug)
    with (
        tenancy.use(org),
        blob_storage().sweeps_held(),
        pytest.raises(errors.bad_request.Conflict, match="copied"),
    ):
        tenancy.drop_organisation(org)
    with blob_storage().sweeps_held(), pytest.raises(errors.bad_request.Conflict, match="copied"):
        tenancy.drop_organisation(org)
    assert tenancy.find_organisation(org.slug).status == "suspended"
    assert len(traces(org)) == 4


def test_one_whose_database_is_missing_can_be_closed_and_removed(make_org: Any) -> None:
    org = make_org()
    if connections["default"].vendor == "sqlite":
        connections["default"].close()
        (Path(settings.VAULT_HOME) / "organisations" / f"{org.key}.sqlite3").unlink()
    else:
        with connections["control"].cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "org_{org.key}" CASCADE')
    tenancy.suspend_organisation(org.slug)
    assert site_actions(org)[-1] == "organisation.suspended"
    tenancy.drop_organisation(org)
    assert traces(org) == []


def test_no_audit_no_change(make_org: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    org = make_org()

    def fails(**_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("VaultPlatform.audit.record_site", fails)
    for change in (tenancy.suspend_organisation, tenancy.delete_organisation):
        with pytest.raises(RuntimeError):
            change(org.slug)
    with pytest.raises(RuntimeError):
        tenancy.rename_organisation(org.slug, name="New")
    monkeypatch.undo()
    assert tenancy.find_organisation(org.slug) == org


def test_members_sign_in_again_after_a_rename(make_org: Any, client_for: ClientFor, new_slug: str) -> None:
    org = make_org()
    name = client_for(org).username
    renamed = tenancy.rename_organisation(org.slug, new_slug=new_slug)
    assert sign_in(renamed, name)["access"]


def test_the_site_is_for_operators(org: Any, client_for: ClientFor) -> None:
    admin, path = client_for(org), f"/vault/site/organisations/{org.slug}"
    refused = [admin.patch(path, {}), admin.delete(path), admin.get(f"{path}/export")]
    refused += [admin.post(f"{path}/{verb}") for verb in ("suspend", "resume", "import")]
    assert {response.status_code for response in refused} == {401}
    assert tenancy.find_organisation(org.slug).status == "active"


def test_what_another_process_takes_while_it_is_removed_goes_as_well(
    make_org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others notice up to two seconds late that an organisation is closed."""
    org, remove_rows = make_org(), lifecycle._remove_rows

    def late(organisation: tenancy.Organisation, *, told: bool) -> None:
        with tenancy.use(organisation):
            writer = blob_storage().writer()
            writer.write(b"late")
            blob_storage().put(writer.finish())
        remove_rows(organisation, told=told)

    monkeypatch.setattr(lifecycle, "_remove_rows", late)
    tenancy.drop_organisation(org)
    assert not list((Path(settings.VAULT_HOME) / "storage" / org.key).rglob("*"))


@pytest.mark.parametrize("way", WAYS)
def test_the_first_administrator_is_entered_with_who_made_them(
    way: str, new_slug: str, operator_client: Callable[[], Client]
) -> None:
    password = "correct horse battery"  # nobody's
    if way == "command":
        call_command("create_org", new_slug, admin="ada", password=password, stdout=StringIO())
    else:
        body = {"slug": new_slug, "administrator": {"username": "ada", "password": password}}
        assert operator_client().post("/vault/site/organisations", body).status_code == 201
    org = tenancy.find_organisation(new_slug)
    with tenancy.use(org):
        [entry] = audit_entry_service.filter(action="user.created")
        told = json.loads(entry.payload)
    tenancy.drop_organisation(org)
    assert told["detail"] == {"username": "ada", "role": "administrator"}
    assert told["actor"]["kind"] == ("command" if way == "command" else "operator")
