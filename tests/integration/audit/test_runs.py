"""Runs: entered by what their steps note, else by name; with their last transaction; and not where nothing was done."""

from contextlib import suppress

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Errors import RollbackFailed, RunStateError
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.audit.trail import actions, entries, head, site_entries, sql, verified
from VaultPlatform import audit


@pytest.fixture
def run(org):
    return OrchestratorRegistry.get("main")


def write_group(name):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES (%s)", [name])


@db_step
def noting(run, *names):
    write_group("noted")
    for name in names:
        run.note_audit(f"thing.{name}", entity_type="Thing", entity_id=name, detail={"fields": ["title"]})


@db_step
def writing(run, name="x"):
    write_group(name)


def undeclared(run, name="u"):
    write_group(name)


@db_step
def reading(run):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_group")


@external_step
def outside(run):
    """Does something elsewhere."""


@db_step
def failing(run):
    raise RuntimeError


@db_step
@context_manager(set_contexts={"common": ["result_status"]})
def refusing(run):
    run.set_context_value("result_status", 409)


def cannot_undo(run):
    raise OSError


def test_a_step_notes_what_it_did(run):
    run.add_step(noting, None, "made", "moved")
    run.execute()
    assert actions() == ["thing.made", "thing.moved"]
    assert entries()[0]["detail"] == {"fields": ["title"]}


def test_a_run_that_notes_nothing_has_one_entry(run):
    run.add_step(writing, None)
    run.add_step(writing, None, name="y")
    run.execute()
    [entry] = entries()
    assert entry["action"] == "run.writing"
    assert entry["detail"] == {"steps": [f"{__name__}.writing"] * 2}
    assert entry["actor"]["kind"] == "system"


def test_it_is_called_by_the_orchestrators_name(org):
    run = OrchestratorRegistry.get("groups").mainorchestrator
    run.add_step(writing, None)
    run.execute()
    assert actions() == ["run.groups"]


def test_a_run_that_wrote_nothing_has_none(run):
    run.add_step(reading, None)
    run.execute()
    empty = OrchestratorRegistry.get("main")
    empty.execute()
    assert actions() == []


@pytest.mark.parametrize("ending", [failing, refusing])
def test_a_run_that_failed_has_none(run, ending):
    run.add_step(noting, None, "made")
    run.add_step(ending, None)
    with suppress(RuntimeError):
        run.execute()
    assert actions() == []
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    "steps",
    [(undeclared,), (outside,), (undeclared, outside), (outside, writing), (writing, undeclared, reading)],
)
def test_runs_of_every_kind_of_step_have_one(run, steps):
    for step in steps:
        run.add_step(step, None)
    run.execute()
    assert actions() == [f"run.{steps[0].__name__}"]
    assert verified().valid


def test_what_was_undone_is_not_entered_and_what_could_not_be_is(run):
    run.add_step(undeclared, cannot_undo)
    run.add_step(refusing, None)
    with pytest.raises(RollbackFailed):
        run.execute()
    [entry] = entries()
    assert (entry["action"], entry["outcome"]) == ("run.undeclared", "stuck")


def test_a_run_inside_a_transaction_is_entered_with_that(run):
    run.add_step(noting, None, "made")
    with pytest.raises(RuntimeError), transaction.atomic():
        run.execute()
        assert actions() == []
        raise RuntimeError
    assert actions() == []
    assert not Group.objects.exists()


@db_step
def recording(run):
    write_group("r")
    audit.record(action="thing.recorded")


def test_a_run_that_has_recorded_something_itself_gets_no_entry_beside_that(run):
    run.add_step(recording, None)
    run.execute()
    assert actions() == ["thing.recorded"]


def test_a_run_of_no_organisation_is_entered_in_the_sites_chain(django_db_setup):
    run = OrchestratorRegistry.get("main")
    run.add_step(outside, None)
    before = len(site_entries())
    with audit.use_actor("operator", 7, "op"):
        run.execute()
    added = site_entries()[before:]
    assert [(each["action"], each["actor"]["name"]) for each in added] == [("run.outside", "op")]


def test_nothing_is_noted_after_the_run(run):
    run.add_step(noting, None, "made")
    run.execute()
    with pytest.raises(RunStateError, match="note_audit"):
        run.note_audit("thing.late")


@pytest.mark.parametrize("path", ["/vault/groups", "/vault/documents"])
def test_what_cannot_be_entered_is_refused_and_rolled_back(org, client_for, path):
    client = client_for(org)
    entered = head()
    if connection.vendor == "postgresql":
        sql("ALTER TABLE audit_entry ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    else:
        sql(
            "CREATE TRIGGER nothing_more BEFORE INSERT ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'the disk of the audit table'); END"
        )
    response = _write(client, path)
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "audit" not in response.content.decode()
    assert client.get(path).json()["total"] == 0
    assert head() == entered


def _write(client, path):
    from tests.integration.budgets.stage import Stage

    if path.endswith("documents"):
        return client.post(path, Stage.upload(), format="multipart")
    return client.post(path, {"name": "All"})


def test_the_cores_workflows_say_what_they_did(org, client_for):
    admin = client_for(org)
    made = _write(admin, "/vault/documents").json()["id"]
    admin.patch(f"/vault/documents/{made}", {"title": "A secret title", "tags": ["a"]})
    admin.post(f"/vault/documents/{made}/archive")
    admin.post(f"/vault/documents/{made}/restore")
    admin.delete(f"/vault/documents/{made}")
    assert [each["action"] for each in entries(entity_id=made)] == [
        "document.created",
        "document.updated",
        "document.archived",
        "document.restored",
        "document.deleted",
    ]
    assert entries(entity_id=made)[1]["detail"] == {"fields": ["tags", "title"]}
    assert {each["actor"]["id"] for each in entries(entity_id=made)} == {admin.id}
    assert {each["entity_type"] for each in entries(entity_id=made)} == {"Document"}


def test_a_sign_in_is_the_members_own_act(org, client_for):
    client = client_for(org)
    [entry] = entries()
    assert entry["action"] == "session.opened"
    assert entry["actor"] == {"kind": "user", "id": client.id, "name": client.username}
    assert (entry["route"], entry["method"]) == ("vault/auth/token", "POST")
