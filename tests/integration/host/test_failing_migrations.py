"""A plugin whose migration raises when it is run: it waits and says why, and nothing else is the worse for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import ZOO, Site, made_site

pytestmark = pytest.mark.timeout(400)  # each starts processes of its own, some several
HERE = Path(__file__).parent
WAITING, SERVE = HERE / "probe_waiting.py", HERE / "probe_serve.py"
REASON = (
    "migration 0001_initial is not applied: run manage.py migrate; "
    "the last time it failed with LookupError: no notes to begin with"
)
COMPLAINT = "Migrations of plugin MigrationRaises failed: template (LookupError: no notes to begin with)."
BREAKS = 'raise LookupError("no notes to begin with")'
#: Comes before MigrationRaises in the settings and after it in the migrations; its receiver wants its own table.
FOLLOWER = {
    "__init__.py": "",
    "models.py": """
from django.db import models


class Follower(models.Model):
    note = models.ForeignKey("MigrationRaises.RaisedNote", on_delete=models.CASCADE)
""",
    "apps.py": """
from django.apps import AppConfig


def count(sender, using, **_):
    sender.get_model("Follower").objects.using(using).count() if using == "default" else None


class FollowerConfig(AppConfig):
    name = "Plugins.Early_Follower"

    def ready(self):
        from django.db.models.signals import post_migrate

        post_migrate.connect(count, sender=self)
""",
    "migrations/__init__.py": "",
    "migrations/0001_initial.py": """
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("MigrationRaises", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="MigrationRaises.raisednote"
                    ),
                ),
            ],
        )
    ]
""",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site on the database of the test run, with copies of plugins that a test may edit."""
    for name in ("Witness", "MigrationRaises"):
        shutil.copytree(ZOO / name, tmp_path / "plugins" / name)
    for name, source in FOLLOWER.items():
        path = tmp_path / "plugins" / "Early_Follower" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    home = tmp_path / "site"
    home.mkdir()
    with made_site(home) as made:
        yield made


def activate(site: Site, *names: str, errors: str = "skip") -> None:
    site.configure(names, errors=errors, dirs=(site.home.parent / "plugins",))


def rewrite(site: Site, *, then: str) -> None:
    """Have the migration do `then` in place of raising."""
    file = site.home.parent / "plugins" / "MigrationRaises" / "migrations" / "0001_initial.py"
    source = file.read_text()
    assert BREAKS in source
    file.write_text(source.replace(BREAKS, then))


def state(site: Site, name: str) -> tuple[Any, ...]:
    shown = site.plugins()[name]
    return shown["state"], shown["stage"], shown["reason"]


def test_on_a_new_site_the_plugin_waits_and_all_else_works(site: Site) -> None:
    activate(site, "MigrationRaises", "Witness")
    site.migrate_and_create("acme", complaint=COMPLAINT)
    assert state(site, "MigrationRaises") == ("failed", "migrations", REASON)
    assert site.probe(WAITING) == {
        "life": 1,
        "tables": [[], []],
        "witness": True,
        "raises": False,
        "live": 200,
        "on": ["Witness"],
    }


def test_on_a_site_with_organisations_the_plugin_waits_until_its_author_has_mended_it(site: Site) -> None:
    activate(site, "Witness")
    site.migrate_and_create("acme")
    activate(site, "Witness", "MigrationRaises")
    assert state(site, "MigrationRaises")[2] == REASON.partition(";")[0]
    site.migrate_and_create(complaint=COMPLAINT)
    assert state(site, "MigrationRaises") == ("failed", "migrations", REASON)
    waiting = site.probe(WAITING)
    assert (waiting["on"], waiting["tables"], waiting["life"]) == (["Witness"], [[], []], 1)

    rewrite(site, then="pass")
    site.migrate_and_create()
    assert state(site, "MigrationRaises") == ("on", None, None)
    mended = site.probe(WAITING)
    assert mended["tables"] == [["MigrationRaises_raisednote"]] * 2
    assert (mended["raises"], mended["life"]) == (True, 1)


@pytest.mark.database_independent
def test_migrate_complains_in_one_message_without_a_traceback_and_names_the_migration(site: Site) -> None:
    activate(site, "MigrationRaises", "Witness")
    done = site.manage("migrate")
    assert done.returncode == 1
    assert COMPLAINT in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "Applying MigrationRaises.0001_initial..." in done.stdout
    assert "template: plugin MigrationRaises FAILED, LookupError: no notes to begin with" in done.stdout


@pytest.mark.database_independent
def test_a_migration_that_exits_is_contained_too(site: Site) -> None:
    rewrite(site, then="raise SystemExit(3)")
    activate(site, "MigrationRaises", "Witness")
    site.migrate_and_create("acme", complaint="template (SystemExit: 3)")
    assert site.probe(WAITING)["on"] == ["Witness"]


@pytest.mark.database_independent
def test_serve_prepares_a_new_site_although_the_plugin_has_a_receiver_that_needs_its_table(
    site: Site,
) -> None:
    activate(site, "MigrationRaises", "Witness")
    assert site.probe(SERVE) == {"refused": None, "organisations": ["demo"], "on": ["Witness"]}


@pytest.mark.database_independent
def test_serve_of_a_site_that_refuses_failed_plugins_ends(site: Site) -> None:
    activate(site, "MigrationRaises", "Witness", errors="refuse")
    with pytest.raises(
        AssertionError, match="MigrationRaises: stage migrations: migration 0001_initial is not"
    ):
        site.probe(SERVE)


@pytest.mark.database_independent
def test_serve_runs_the_migrations_of_a_plugin_that_is_new_and_well(site: Site) -> None:
    rewrite(site, then="pass")
    activate(site, "MigrationRaises")
    assert site.probe(SERVE)["on"] == ["MigrationRaises"]
    assert state(site, "MigrationRaises") == ("on", None, None)


@pytest.mark.database_independent
def test_plugins_are_migrated_in_the_order_of_their_migrations_not_of_the_settings(site: Site) -> None:
    rewrite(site, then="pass")
    activate(site, "Early_Follower", "MigrationRaises")
    site.migrate_and_create("acme")
    assert state(site, "Early_Follower") == ("on", None, None)


def test_a_plugin_whose_migrations_follow_failed_ones_waits_with_them(site: Site) -> None:
    activate(site, "Early_Follower", "MigrationRaises", "Witness")
    needs = "it needs the migrations of plugin MigrationRaises, which failed"
    site.migrate_and_create("acme", complaint=f"plugin Early_Follower failed: template ({needs})")
    assert state(site, "MigrationRaises") == ("failed", "migrations", REASON)
    reason = (
        f"migration 0001_initial is not applied: run manage.py migrate; the last time it failed with {needs}"
    )
    assert state(site, "Early_Follower") == ("failed", "migrations", reason)
    assert site.probe(WAITING)["on"] == ["Witness"]


def test_a_migration_that_fails_in_one_organisation_alone_is_told_and_the_plugin_stays_on(site: Site) -> None:
    activate(site, "Witness")
    site.migrate_and_create("acme", "zeta")
    assert site.manage("create_org", "empty").returncode == 0
    rewrite(site, then='assert not apps.get_model("VaultModels", "User").objects.exists(), "people"')
    activate(site, "Witness", "MigrationRaises")
    done = site.manage("migrate")
    assert done.returncode == 1
    told = "acme (AssertionError: people); zeta (AssertionError: people). It is on all the same"
    assert told in done.stderr
    assert state(site, "MigrationRaises") == ("on", None, None)


@pytest.mark.database_independent
def test_without_a_database_to_look_at_no_plugin_waits(tmp_path: Path) -> None:
    site = Site(home=tmp_path, database={"engine": "postgresql", "port": 9})
    site.configure(["Witness"])
    assert site.plugins()["Witness"]["state"] == "on"
