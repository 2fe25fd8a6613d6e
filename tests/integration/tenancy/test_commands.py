"""The commands of organisations' life and of migrations, as typed."""

import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from VaultModels.models import User
from VaultPlatform.tenancy import current_or_none, drop_organisation, get_organisation, use

REPOSITORY = Path(__file__).resolve().parents[3]
#: A migration that no other depends on, so that it can be missing for once.
MISSING = ("django_celery_beat", "0019_alter_periodictasks_options")


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def outside(django_db_setup):
    assert current_or_none() is None


@pytest.fixture
def slug(outside):
    yield "made-by-command"
    if made := get_organisation("made-by-command"):
        drop_organisation(made)


def unapply(app: str, name: str) -> None:
    """Make the current organisation forget a migration."""
    assert MigrationRecorder.Migration.objects.using("default").filter(app=app, name=name).delete()[0] == 1


def applied(organisation) -> bool:
    with use(organisation):
        return MISSING in MigrationRecorder(connection).applied_migrations()


def test_create_org_makes_an_organisation_with_an_administrator_who_can_sign_in(slug):
    said = run("create_org", slug, "--name", "Made", "--admin", "ada", "--password", "correct horse battery")
    organisation = get_organisation(slug)
    assert organisation.name == "Made"
    with use(organisation):
        user = User.objects.get(username="ada")
    assert user.role == "administrator"
    assert user.check_password("correct horse battery")
    assert "correct horse" not in said


def test_create_org_prints_the_password_that_it_makes_up(slug):
    said = json.loads(run("create_org", slug, "--admin", "ada", "--json"))
    assert said.keys() == {"slug", "name", "admin", "password"}
    with use(get_organisation(slug)):
        assert User.objects.get(username="ada").check_password(said["password"])


def test_create_org_says_in_one_line_what_is_wrong(make_org, outside):
    taken = make_org()
    for arguments, said in [
        ([taken.slug], f"There is an organisation '{taken.slug}' already"),
        (["No Way"], "cannot name an organisation"),
        (["control"], "reserved"),
        (["acme", "--password", "x"], "--password needs --admin"),
    ]:
        with pytest.raises(CommandError, match=said) as raised:
            run("create_org", *arguments)
        assert "\n" not in str(raised.value)


def test_an_administrator_that_cannot_be_made_leaves_no_organisation(slug, monkeypatch):
    from VaultManagement.Users.bll.service import user_service

    def fail(**fields):
        raise ZeroDivisionError

    monkeypatch.setattr(type(user_service), "create", lambda self, **fields: fail())
    with pytest.raises(ZeroDivisionError):
        run("create_org", slug, "--admin", "ada")
    assert get_organisation(slug) is None


def test_list_orgs_shows_slug_status_and_name_or_all_of_it_as_json(make_org):
    organisation = make_org(name="Of the list")
    assert f"{organisation.slug}\tactive\tOf the list" in run("list_orgs").splitlines()
    assert {
        "slug": organisation.slug,
        "key": organisation.key,
        "name": "Of the list",
        "status": "active",
        "delete_after": None,
        "database": "",
        "migrated": True,
    } in json.loads(run("list_orgs", "--json"))


def test_migrate_with_nothing_to_do_says_so_for_each_database(make_org, outside):
    organisation = make_org()
    lines = run("migrate").splitlines()
    assert lines[:2] == ["control plane: up to date", "template of new organisations: up to date"]
    assert any(f"organisation {organisation.slug} " in line and "up to date" in line for line in lines)


def test_migrate_brings_an_organisation_up_to_date(make_org, outside):
    organisation = make_org()
    with use(organisation):
        unapply(*MISSING)
    run("migrate")
    assert applied(organisation)


def test_migrate_names_the_organisation_that_fails_and_does_the_others(make_org, outside):
    broken, behind = make_org(slug="aaa-broken"), make_org(slug="zzz-behind")
    with use(broken):
        unapply("auth", "0001_initial")  # its successors are recorded: an inconsistent history
    with use(behind):
        unapply(*MISSING)
    with pytest.raises(CommandError, match=r"Not migrated: aaa-broken \(InconsistentMigrationHistory"):
        run("migrate")
    assert applied(behind)


def test_migrate_orgs_does_one_organisation_or_says_that_there_is_none(make_org, outside):
    one, other = make_org(), make_org()
    for organisation in (one, other):
        with use(organisation):
            unapply(*MISSING)
    run("migrate_orgs", "--org", one.slug)
    assert (applied(one), applied(other)) == (True, False)
    with pytest.raises(CommandError, match="There is no organisation 'nobody'"):
        run("migrate_orgs", "--org", "nobody")


def test_migrate_check_fails_where_migrations_are_missing_and_changes_nothing(make_org, outside):
    organisation = make_org()
    run("migrate", "--check")
    with use(organisation):
        unapply(*MISSING)
    with pytest.raises(CommandError, match=organisation.slug):
        run("migrate", "--check")
    assert not applied(organisation)


def test_migrate_with_an_app_label_goes_to_the_plane_of_the_app(make_org, outside):
    organisation = make_org()
    assert organisation.slug not in run("migrate", "control")
    said = run("migrate", "auth")
    assert organisation.slug in said
    assert "control plane" not in said


def test_migrate_of_default_alone_needs_an_organisation(org):
    run("migrate", "--database", "default")
    run("migrate", "--database", "control")


def test_migrate_of_default_without_an_organisation_says_what_to_use(outside):
    with pytest.raises(CommandError, match="migrate_orgs --org SLUG"):
        run("migrate", "--database", "default")


def test_makemigrations_needs_no_organisation_and_no_database(tmp_path):
    ran = manage("makemigrations", "VaultModels", "control", "--dry-run", "--check", home=tmp_path)
    assert "No changes detected" in ran.stdout
    assert not [line for line in ran.stderr.splitlines() if "Warning" in line]
    assert ran.returncode == 0
    assert not list(tmp_path.rglob("*.sqlite3"))


def test_two_processes_that_migrate_a_new_site_at_once_both_succeed(tmp_path):
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(lambda _: manage("migrate", home=tmp_path), range(2)))
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    assert sorted("control plane: up to date" in run.stdout for run in runs) == [False, True]


@pytest.mark.parametrize("command", [["create_org", "acme"], ["list_orgs"], ["migrate_orgs"]])
def test_a_command_before_the_first_migrate_fails_with_one_line_and_makes_no_organisation(tmp_path, command):
    ran = manage(*command, home=tmp_path)
    assert ran.returncode != 0
    assert "has `migrate` been run?" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "control.sqlite3").exists()


@pytest.mark.parametrize("command", ["migrate", "list_orgs"])
def test_a_command_says_in_one_line_that_the_server_does_not_answer(tmp_path, command):
    settings = tmp_path / "settings.json"
    settings.write_text('{"Base": {}, "Database": {"engine": "postgresql", "port": 9}}')
    ran = manage(command, home=tmp_path, settings=settings)
    assert ran.returncode != 0
    assert "port 9 failed" in ran.stderr
    assert "Traceback" not in ran.stderr


def manage(
    *arguments: str, home: Path, settings: Path = REPOSITORY / "VaultSettings.json"
) -> "subprocess.CompletedProcess[str]":
    """Run manage.py on a site of its own in `home`, with SQLite unless `settings` say otherwise."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "VAULT_HOME": str(home),
        "VAULT_SETTINGS": str(settings),
    }
    command = [sys.executable, "-W", "default", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )


def test_the_control_planes_tables_are_in_no_organisation_and_the_reverse(org):
    assert "control_organisation" in connections["control"].introspection.table_names()
    assert "auth_group" not in connections["control"].introspection.table_names()
    assert "control_organisation" not in connection.introspection.table_names()
