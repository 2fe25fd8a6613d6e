"""Migrations of a plugin that is on: tried everywhere before one is run, and what is lost all the same is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.activation import plugins as made
from tests.integration.activation.state import state_of
from tests.integration.activation.test_installing import done, refused
from tests.integration.host.sites import Site

ROWS = Path(__file__).with_name("probe_rows.py")
INTO = """
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from VaultPlatform.tenancy import current


def fails_the_second_time(apps, editor):
    place = Path(settings.VAULT_HOME) / "been_here"
    if current().slug == "bravo":
        if place.exists():
            raise LookupError("not for real")
        place.touch()


def writes(apps, editor):
    apps.get_model("{name}", "{name}Note").objects.using("default").create(text="written")


class Migration(migrations.Migration):
    {atomic}
    dependencies = [("{name}", "0001_initial")]
    operations = [{operations}]
"""
REMOVES = 'migrations.RemoveField("{name}Note", "legacy")'
UNIQUE = 'migrations.AlterField("{name}Note", "text", models.CharField(max_length=50, unique=True))'
LEGACY = '                ("legacy", models.CharField(max_length=50, default="")),\n'
FIELD = '    legacy = models.CharField(max_length=50, default="")\n'


@pytest.fixture(scope="module")
def with_two(site: Site) -> Site:
    root = ("--admin", "root", "--password", "correct horse 9 battery")
    site.commands(*(("create_org", slug, *root) for slug in ("alpha", "bravo")))
    return site


def version(place: Path, name: str, number: str, *operations: str, atomic: str = "") -> str:
    """Version 1.0 has a column more than the others, which have a migration."""
    migration = made.GOOD_MIGRATION.format(name=name).replace("            ],\n", f"{LEGACY}            ],\n")
    files = {"migrations/__init__.py": "", "migrations/0001_initial.py": migration}
    model = made.GOOD_MODELS.format(name=name)
    if operations:
        given = ", ".join(operations).format(name=name)
        files["migrations/0002_next.py"] = INTO.format(name=name, operations=given, atomic=atomic)
    if REMOVES not in operations:
        model += FIELD
    if UNIQUE in operations:
        model = model.replace("max_length=50)", "max_length=50, unique=True)", 1)
    return str(made.write(place / number, name, version=number, **{**files, "models.py": model}))


def rows(site: Site, name: str, **put: list[str]) -> Any:
    """Organisation -> what the old version's columns hold, once texts are `put` into it."""
    return site.probe(ROWS, name, json.dumps(put))


def switched_on(site: Site, place: Path, name: str) -> None:
    done(site, "install", version(place, name, "1.0"))
    done(site, "enable", name)


def test_a_migration_that_would_fail_in_the_second_organisation_is_run_in_none(
    with_two: Site, tmp_path: Path
) -> None:
    name = "Shelf"
    switched_on(with_two, tmp_path, name)
    before = rows(with_two, name, alpha=["one", "two"], bravo=["same", "same"])
    assert before["alpha"] == [["one", "precious"], ["two", "precious"]]
    said = refused(with_two, "update", version(tmp_path, name, "2.0", REMOVES, UNIQUE))
    words = "Shelf cannot be loaded as it is now: its migrations failed in bravo: IntegrityError"
    assert f"Nothing was updated. {words}" in said
    assert "What runs stays as it is." in said
    assert rows(with_two, name) == before
    assert with_two.plugins()[name]["version"] == "1.0"


def test_rows_of_the_rehearsal_do_not_stay_and_those_of_the_migration_are_there_once(
    with_two: Site, tmp_path: Path
) -> None:
    name = "Once"
    switched_on(with_two, tmp_path, name)
    done(with_two, "update", version(tmp_path, name, "2.0", "migrations.RunPython(writes)"))
    assert rows(with_two, name)["bravo"] == [["written", ""]]


def test_what_is_lost_where_a_migration_fails_only_for_real_is_named(with_two: Site, tmp_path: Path) -> None:
    name = "Losing"
    switched_on(with_two, tmp_path, name)
    rows(with_two, name, alpha=["one"], bravo=["one"])
    fails = "migrations.RunPython(fails_the_second_time, migrations.RunPython.noop)"
    ran = with_two.manage("plugins", "update", version(tmp_path, name, "2.0", fails, REMOVES))
    (with_two.home / "var" / "been_here").unlink()
    assert ran.returncode == 1
    assert "its migrations failed in bravo: LookupError: not for real." in ran.stderr
    assert "Nothing was updated" not in ran.stderr
    words = 'may be lost in alpha: "Remove field legacy from LosingNote" of the migration 0002_next had been run there'
    assert f"Rows of {name} {words}" in ran.stderr
    assert "lost in bravo" not in ran.stderr
    assert with_two.plugins()[name]["version"] == "1.0"
    assert rows(with_two, name)["bravo"] == [["one", "precious"]]


def test_a_migration_that_is_not_atomic_cannot_be_tried_and_a_note_says_so(
    with_two: Site, tmp_path: Path
) -> None:
    name = "Piecemeal"
    switched_on(with_two, tmp_path, name)
    said = done(
        with_two,
        "update",
        version(tmp_path, name, "2.0", "migrations.RunPython(writes)", atomic="atomic = False"),
    )
    assert "The migration 0002_next of Piecemeal is not atomic, so it could not be tried" in said["notes"][0]
    assert rows(with_two, name)["bravo"] == [["written", ""]]


FOREIGN = {
    "drops": ('DROP TABLE "VaultModels_documenttag"', 'drops the table "VaultModels_documenttag"'),
    "adds": (
        'ALTER TABLE "VaultModels_user" ADD COLUMN mine integer',
        'changes the table "VaultModels_user"',
    ),
    "indexes": ('CREATE INDEX mine ON "VaultModels_user" (username)', 'changes the table "VaultModels_user"'),
    "of_another": ('DROP TABLE "Witness_witnessnote"', 'drops the table "Witness_witnessnote"'),
    "writes": (
        """UPDATE "VaultModels_document" SET title = 'mine'""",
        'writes into the table "VaultModels_document"',
    ),
    "empties": ('DELETE FROM "VaultModels_session"', 'writes into the table "VaultModels_session"'),
    "djangos": (
        "ALTER TABLE django_migrations ADD COLUMN mine integer",
        'changes the table "django_migrations"',
    ),
}


@pytest.mark.parametrize("how", FOREIGN)
def test_a_migration_that_touches_a_table_of_others_is_refused_with_both_named(
    with_two: Site, plugins: Path, how: str
) -> None:
    statement, words = FOREIGN[how]
    name = f"Foreign_{how}"
    migration = made.GOOD_MIGRATION.format(name=name).replace(
        "    operations = [\n", f"    operations = [\n        migrations.RunSQL({statement + ' -- '!r}),\n"
    )
    made.write_good(plugins, name, **{"migrations/0001_initial.py": migration})
    before = state_of(with_two)
    ran = with_two.manage("plugins", "enable", name)
    assert f"{name} cannot be switched on: stage migrations: migration 0001_initial {words}" in ran.stderr
    assert "which is not this plugin's" in ran.stderr
    assert state_of(with_two) == before


def test_a_table_that_an_older_migration_made_by_sql_is_the_plugins_own(
    with_two: Site, tmp_path: Path
) -> None:
    name = "Sql_made"
    makes = "migrations.RunSQL('CREATE TABLE words_of_mine (word text)', 'DROP TABLE words_of_mine')"
    drops = "migrations.RunSQL('DROP TABLE words_of_mine', 'CREATE TABLE words_of_mine (word text)')"
    done(with_two, "install", version(tmp_path, name, "1.0", makes))
    done(with_two, "enable", name)
    third = version(tmp_path, name, "2.0", makes)
    later = INTO.format(name=name, operations=drops, atomic="").replace("0001_initial", "0002_next")
    (Path(third) / "migrations" / "0003_later.py").write_text(later)
    assert done(with_two, "update", third)["version"] == "2.0"
