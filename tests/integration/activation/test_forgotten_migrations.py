"""A model that has changed without a migration: no way leads to a site that is on with it, and one to the migration."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.activation import plugins as made
from tests.integration.activation.state import state_of
from tests.integration.discovery.packages import installed
from tests.integration.host.sites import PASSWORD, Site

COLOUR = '    colour = models.CharField(max_length=9, default="")\n'
USE = Path(__file__).with_name("probe_use.py")


def refused(site: Site, *words: str) -> str:
    before = state_of(site)
    done = site.manage("plugins", *words)
    assert done.returncode == 1, done.stdout
    assert state_of(site) == before
    return done.stderr


def done(site: Site, *words: str) -> dict[str, Any]:
    said = site.manage("plugins", *words, "--json")
    assert said.returncode == 0, said.stderr
    return dict(json.loads(said.stdout))


def with_colour(name: str) -> dict[str, str]:
    return {"models.py": made.GOOD_MODELS.format(name=name) + COLOUR}


def test_it_is_not_switched_on_until_the_migration_is_made(site: Site, plugins: Path) -> None:
    folder = made.write_good(plugins, "Forgetful", **with_colour("Forgetful"))
    reason = (
        "stage migrations: Forgetful.ForgetfulNote.colour has no migration (Add field colour to forgetfulnote); "
        "run: python manage.py plugins makemigrations Forgetful"
    )
    assert reason in refused(site, "enable", "Forgetful")

    checked = site.manage("plugins", "makemigrations", "Forgetful", "--check")
    assert (checked.returncode, "Add field colour to forgetfulnote" in checked.stdout) == (1, True)
    written = done(site, "makemigrations", "Forgetful", "--name", "colour")["files"]
    assert written == [str(folder / "migrations" / "0002_colour.py")]
    assert done(site, "makemigrations", "Forgetful", "--check")["files"] == []
    assert done(site, "enable", "Forgetful")["state"] == "done"
    assert site.probe(USE, "Forgetful", "acme", PASSWORD) == [200, "Forgetful 1.0", 1]

    (folder / "models.py").write_text((folder / "models.py").read_text() + COLOUR.replace("colour", "size"))
    assert "ForgetfulNote.size has no migration" in refused(site, "apply")
    shown = site.plugins()["Forgetful"]
    assert (shown["state"], shown["stage"]) == ("failed", "migrations")
    told = site.manage("plugins", "check", "Forgetful").stdout
    assert "loads: It did not load: stage migrations: Forgetful.ForgetfulNote.size has no migration" in told
    done(site, "makemigrations", "Forgetful")
    assert done(site, "apply")["state"] == "done"
    done(site, "disable", "Forgetful")


def test_an_update_without_its_migration_leaves_the_version_that_works(site: Site, tmp_path: Path) -> None:
    name = "Lapsed"
    done(site, "install", str(made.write_good(tmp_path / "1", name)))
    done(site, "enable", name)
    lapsed = made.write_good(tmp_path / "2", name, version="2.0", **with_colour(name))
    assert "Lapsed.LapsedNote.colour has no migration" in refused(site, "update", str(lapsed))
    assert (site.plugins()[name]["state"], site.plugins()[name]["version"]) == ("on", "1.0")

    done(site, "makemigrations", str(lapsed), "--name", "colour")
    assert done(site, "update", str(lapsed))["version"] == "2.0"
    done(site, "disable", name)


@pytest.mark.database_independent
def test_migrations_are_written_into_the_source_of_a_package_that_is_installed(
    site: Site, tmp_path: Path
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    files = {
        "Tagging/__init__.py": "",
        "Tagging/models.py": made.GOOD_MODELS.format(name="Tagging"),
    }
    installed(packages, "nimbusvault-tagging", entries={"Tagging": "Tagging"}, files=files)
    source = made.write(tmp_path / "source", "Tagging", **{"models.py": files["Tagging/models.py"]})
    with_package = Site(home=site.home, database=site.database, packages=(packages,))

    written = done(with_package, "makemigrations", str(source))["files"]
    assert written == [str(source / "migrations" / name) for name in ("0001_initial.py", "__init__.py")]
    assert not (packages / "Tagging" / "migrations").exists()
    assert [path.name for path in site.home.glob(".*")] == []


@pytest.mark.database_independent
def test_what_cannot_be_migrated_is_said_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    needs = made.GOOD_MODELS.format(name="Demanding") + "    size = models.IntegerField()\n"
    folder = made.write_good(tmp_path, "Demanding", **{"models.py": needs})
    said = refused(site, "makemigrations", str(folder))
    assert "Field 'size' on model 'demandingnote' not migrated" in said
    assert "Give it a default, or null=True" in said
    assert [path.name for path in sorted((folder / "migrations").glob("0*.py"))] == ["0001_initial.py"]

    plain = made.write(tmp_path, "Plain")
    assert "Plain has no models.py" in refused(site, "makemigrations", str(plain))
    hangs = made.write(tmp_path, "Raising", **{"models.py": "raise OSError('not today')\n"})
    assert "Raising cannot be loaded: stage models: OSError: not today" in refused(
        site, "makemigrations", str(hangs)
    )
    said = refused(site, "makemigrations", "Forgetfull")
    assert "No migration was written. There is no plugin Forgetfull; " in said
    assert "give the path of its folder: path/to/Forgetfull." in said
    twin = made.write_good(tmp_path, "Bookmarks_Plugin")
    assert "another plugin Bookmarks_Plugin in Plugins/" in refused(site, "makemigrations", str(twin))


@pytest.mark.database_independent
def test_a_plugin_that_fails_later_gets_its_migrations_all_the_same(site: Site, tmp_path: Path) -> None:
    later = made.write(
        tmp_path,
        "Unfinished",
        **{"models.py": made.GOOD_MODELS.format(name="Unfinished"), "urls.py": "import not_written_yet\n"},
    )
    written = done(site, "makemigrations", str(later))["files"]
    assert str(later / "migrations" / "0001_initial.py") in written
