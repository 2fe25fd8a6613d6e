"""Plugins that are brought to a site as folders, archives and wheels: all of it, or nothing."""

import base64
import contextlib
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.activation import plugins as made
from tests.integration.activation.state import state_of
from tests.integration.host.sites import PASSWORD, Site

ADDS_A_COLUMN = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{name}", "0001_initial")]
    operations = [
        migrations.AddField("{name}Note", "colour", models.CharField(max_length=9, default="")),
        {more}
    ]
"""
HAS_A_COLUMN = made.GOOD_MODELS + '    colour = models.CharField(max_length=9, default="")\n'
USE = Path(__file__).with_name("probe_use.py")
LEFTOVERS = Path(__file__).with_name("probe_leftovers.py")
NOT_FOUND = "Not Found."
RAISES = "migrations.RunPython(lambda apps, editor: 1 / 0, migrations.RunPython.noop),"


def zipped(folder: Path, target: Path, *, inside: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, inside + str(path.relative_to(folder.parent)))
    return target


def tarred(folder: Path, target: Path) -> Path:
    with tarfile.open(target, "w:gz") as archive:
        archive.add(folder, folder.name)
    return target


def as_wheel(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(zipped(folder, target), "a") as archive:
        archive.writestr(f"{folder.name}-1.0.dist-info/METADATA", f"Name: {folder.name}\n")
    return target


FORMS: dict[str, Callable[[Path, Path], Path]] = {
    "folder": lambda folder, _: folder,
    "zip": lambda folder, place: zipped(folder, place / "some.zip"),
    "tar": lambda folder, place: tarred(folder, place / "some.tar.gz"),
    "wheel": lambda folder, place: as_wheel(folder, place / "some-1.0-py3-none-any.whl"),
}


def installed(site: Site) -> list[str]:
    folder = site.home / "var" / "plugins"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def done(site: Site, *words: str) -> dict[str, Any]:
    ran = site.manage("plugins", *words, "--json")
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def refused(site: Site, *words: str) -> str:
    before = (state_of(site), installed(site))
    ran = site.manage("plugins", *words)
    assert ran.returncode == 1, ran.stdout
    assert "Traceback" not in ran.stderr
    assert (state_of(site), installed(site)) == before
    assert not [path for path in (site.home / "var" / "activation").iterdir() if path.is_dir()]
    return ran.stderr


@pytest.mark.database_independent
@pytest.mark.parametrize("form", FORMS)
def test_a_plugin_is_installed_and_off(site: Site, tmp_path: Path, form: str) -> None:
    name = f"Brought_{form}"
    source = FORMS[form](made.write_good(tmp_path / "source", name), tmp_path)
    assert done(site, "install", str(source)) == {"name": name, "version": "1.0"}
    shown = site.plugins()[name]
    assert (shown["state"], shown["version"]) == ("off", "1.0")
    assert Path(shown["source"]) == site.home / "var" / "plugins" / name
    if form == "zip":
        assert f"There is a plugin {name} already" in refused(site, "install", str(source))


@pytest.mark.database_independent
def test_caches_in_the_folder_stay_where_they_are(tmp_path: Path) -> None:
    from VaultPlatform.installing.unpacking import unpack

    caches = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")
    files = {f"{place}{each}/a/b.txt": "" for each in caches for place in ("", "inner/")}
    unpack(made.write(tmp_path, "Cached", **files, **{"inner/c.py": ""}), tmp_path / "unpacked")

    there = {path.relative_to(tmp_path / "unpacked").parts for path in (tmp_path / "unpacked").rglob("*")}
    assert ("Cached", "inner", "c.py") in there
    assert not {*caches} & {part for parts in there for part in parts}


def archive_with(place: Path, *members: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    target = place / "evil.tar"
    with tarfile.open(target, "w") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return target


def _link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


EVIL: dict[str, tuple[Any, str]] = {
    "above": (("../../outside.py", b""), "would lie outside of its folder"),
    "absolute": (("/tmp/outside.py", b""), "would lie outside of its folder"),
    "link": (_link("Evil/link.py", "/etc/passwd"), "is a link or a device"),
    "hard link": (_link("Evil/link.py", "/etc/passwd", tarfile.LNKTYPE), "is a link or a device"),
    "device": (_link("Evil/null", "", tarfile.CHRTYPE), "is a link or a device"),
    "line end": (("Evil/a\r\nb.py", b""), "would lie outside of its folder"),
    "twin": (("EVIL/__init__.py", b""), "two files of the same name"),
    "two": (("Other/__init__.py", b""), "exactly one plugin folder"),
    "name": (("class/__init__.py", b""), "exactly one plugin folder"),
}


@pytest.mark.database_independent
def test_an_archive_that_reaches_outside_or_holds_no_plugin_is_refused_whole(tmp_path: Path) -> None:
    from VaultPlatform.activation.errors import Refused
    from VaultPlatform.installing.package import package_in
    from VaultPlatform.installing.unpacking import unpack

    for number, (member, words) in enumerate(EVIL.values()):
        place = tmp_path / str(number) / "a" / "b"
        place.mkdir(parents=True)
        source = archive_with(tmp_path, ("Evil/__init__.py", b""), member)
        with pytest.raises(Refused, match=words):
            unpack(source, place)
            package_in(place)
        assert not list(tmp_path.rglob("outside.py"))
    zipped_link = zipfile.ZipInfo("Evil/link.py")
    zipped_link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(zipped_link, "/etc/passwd")
    with pytest.raises(Refused, match="is a link or a device"):
        unpack(tmp_path / "evil.zip", tmp_path / "zip")
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(Refused, match="no folder, zip file, wheel or tar file"):
        unpack(tmp_path / "text", tmp_path / "text-inside")


@pytest.mark.database_independent
def test_an_archive_that_is_larger_than_it_says_or_than_it_may_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from VaultPlatform.activation.errors import Refused
    from VaultPlatform.installing import unpacking

    monkeypatch.setattr(unpacking, "MAX_BYTES", 1024 * 1024)
    monkeypatch.setattr(unpacking, "MAX_FILES", 5)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Bomb/__init__.py", b"#" * 2 * 1024 * 1024)
    with pytest.raises(Refused, match="more than 1 MiB"):
        unpacking.unpack(tmp_path / "bomb.zip", tmp_path / "a")
    crowd = archive_with(tmp_path, *((f"Crowd/{number}.py", b"") for number in range(6)))
    with pytest.raises(Refused, match="more than 5 files"):
        unpacking.unpack(crowd, tmp_path / "b")


@pytest.mark.database_independent
def test_what_describes_files_or_is_left_out_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from VaultPlatform.activation.errors import Refused
    from VaultPlatform.installing import unpacking

    monkeypatch.setattr(unpacking, "MAX_BYTES", 1024 * 1024)
    monkeypatch.setattr(unpacking, "MAX_FILES", 5)
    with tarfile.open(tmp_path / "name.tgz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("Evil/" + "x" * 2 * 1024 * 1024))
    with tarfile.open(tmp_path / "cache.tgz", "w:gz") as archive:
        cache = tarfile.TarInfo("Evil/__pycache__/x")
        cache.size = 2 * 1024 * 1024
        archive.addfile(cache, io.BytesIO(b"#" * cache.size))
    folders = [tarfile.TarInfo(f"Evil/{number}") for number in range(6)]
    with tarfile.open(tmp_path / "folders.tar", "w") as archive:
        for each in folders:
            each.type = tarfile.DIRTYPE
            archive.addfile(each)
    expected = {
        "name.tgz": "more than 1 MiB",
        "cache.tgz": "more than 1 MiB",
        "folders.tar": "more than 5 files",
    }
    for name, words in expected.items():
        with pytest.raises(Refused, match=words):
            unpacking.unpack(tmp_path / name, tmp_path / f"inside {name}")


@pytest.mark.database_independent
def test_a_damaged_archive_is_refused_whatever_is_damaged_in_it(tmp_path: Path) -> None:
    from VaultPlatform.activation.errors import Refused
    from VaultPlatform.installing.unpacking import unpack

    for kind, mode in {"zip": "", "tgz": "w:gz", "txz": "w:xz", "tbz": "w:bz2"}.items():
        whole = tmp_path / f"a.{kind}"
        if mode:
            with tarfile.open(whole, mode) as made_of:  # type: ignore[call-overload]
                made_of.addfile(tarfile.TarInfo("Notes/__init__.py"))
        else:
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_LZMA) as archive:
                archive.writestr("Notes/__init__.py", "x = 1\n" * 50)
        content = whole.read_bytes()
        for place in range(8, len(content), max(1, len(content) // 40)):
            bad = tmp_path / f"{place}.{kind}"
            bad.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
            with contextlib.suppress(Refused):  # or it is none that matters
                unpack(bad, tmp_path / f"inside {bad.name}")


@pytest.mark.database_independent
@pytest.mark.parametrize("name", ["json", "VaultPlatform", "Hooks", "\uff2eotes_Plugin"])
def test_a_name_that_can_be_no_plugin_s_is_refused_before_anything_is_kept(tmp_path: Path, name: str) -> None:
    from VaultPlatform.activation.errors import Refused
    from VaultPlatform.installing.package import package_in

    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    with pytest.raises(Refused, match=f'"{name}" cannot be a plugin\'s name'):
        package_in(tmp_path)


def test_an_update_that_fails_leaves_the_old_version_and_its_tables_and_one_that_works_is_on(
    site: Site, tmp_path: Path
) -> None:
    name = "Growing"
    first = made.write_good(tmp_path / "1", name)
    done(site, "install", str(first))
    done(site, "enable", name)

    def version(number: str, **files: str) -> str:
        return str(made.write_good(tmp_path / number, name, version=number, **files))

    broken = version("2.0", **{"views.py": "", "Growing.py": "raise OSError('not today')\n"})
    assert "stage class: OSError: not today (Growing/Growing.py:1)" in refused(site, "update", broken)
    colour = HAS_A_COLUMN.format(name=name)
    raising = {"migrations/0002_colour.py": ADDS_A_COLUMN.format(name=name, more=RAISES), "models.py": colour}
    assert "its migrations failed in template: ZeroDivisionError" in refused(
        site, "update", version("3.0", **raising)
    )
    assert site.plugins()[name]["version"] == "1.0"

    files = {"migrations/0002_colour.py": ADDS_A_COLUMN.format(name=name, more=""), "models.py": colour}
    good = made.write(
        tmp_path / "4.0",
        name,
        version="4.0",
        **{
            "migrations/__init__.py": "",
            "migrations/0001_initial.py": made.GOOD_MIGRATION.format(name=name),
            **files,
        },
    )
    said = done(site, "update", str(good))
    assert (said["before"], said["version"]) == ("1.0", "4.0")
    shown = site.plugins()[name]
    assert (shown["state"], shown["version"]) == ("on", "4.0")
    assert "does not come from an installation" in refused(site, "update", str(_witness(tmp_path)))


def _witness(place: Path) -> Path:
    return made.write(place / "w", "Witness")


FILLS = """
from django.db import migrations


def fill(apps, editor):
    note = apps.get_model("{name}", "{name}Note")
    for text in ("first", "second"):
        note.objects.using(editor.connection.alias).create(text=text)


class Migration(migrations.Migration):
    dependencies = [("{name}", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""


def test_a_plugin_goes_with_a_plan_and_its_rows_are_kept_and_found_again_or_exported_and_dropped(
    site: Site, tmp_path: Path
) -> None:
    name = "Stocked"
    files = {"migrations/0002_fill.py": FILLS.format(name=name)}
    source = str(made.write_good(tmp_path / "source", name, **files))
    needing = str(made.write(tmp_path / "source", "Stocking", needs=name))
    before = state_of(site)["databases"]
    done(site, "install", source)
    done(site, "install", needing)
    done(site, "enable", name)
    with_rows = state_of(site)["databases"]
    assert "Stocking cannot do without Stocked; uninstall that first" in refused(
        site, "uninstall", name, "--keep"
    )
    done(site, "uninstall", "Stocking", "--keep")

    assert site.probe(LEFTOVERS, name, "acme", "made") == [{"stock-taking": True}, ["on_entity_created"]]

    plan = done(site, "uninstall", name, "--plan")
    assert (plan["on"], plan["installed"], plan["files"], plan["dependants"]) == (True, True, 7, [])
    assert plan["schedules"] == ["stock-taking"]
    assert plan["tables"] == {f"{name}_{name.lower()}note": 2}
    assert plan["organisations"] == {"acme": 2}

    kept = done(site, "uninstall", name, "--keep")
    assert kept["fate"] == "keep"
    assert "Paused: the schedules stock-taking." in kept["notes"]
    assert site.probe(LEFTOVERS, name, "acme") == [{"stock-taking": False}, []]
    assert (name in installed(site), state_of(site)["databases"]) == (False, with_rows)
    done(site, "install", source)
    done(site, "enable", name)
    assert done(site, "uninstall", name, "--plan")["organisations"] == {"acme": 2}

    gone = done(site, "uninstall", name, "--export")
    assert "Removed: the schedules stock-taking." in gone["notes"]
    assert site.probe(LEFTOVERS, name, "acme") == [{}, []]
    assert gone["rows"] == {f"{name}.{name}Note": 2}
    with tarfile.open(gone["file"]) as archive:
        member = archive.extractfile(f"acme/{name}.{name}Note.jsonl")
        assert member is not None
        lines = [json.loads(line)["fields"]["text"] for line in member.read().splitlines()]
    assert lines == ["first", "second"]
    assert name not in site.plugins()
    assert state_of(site)["databases"] == before


def test_a_wheel_is_installed_used_and_goes_on_working_when_an_update_of_it_fails(
    site: Site, tmp_path: Path
) -> None:
    """The wheels are built here, as in the specification of the format: RECORD with digests, WHEEL, METADATA."""
    name, before = "Wheeled", state_of(site)["databases"]

    def wheel(version: str, **files: str) -> str:
        return str(built_wheel(made.write_good(tmp_path / version, name, version=version, **files), version))

    def used() -> Any:
        return site.probe(USE, name, "acme", PASSWORD)

    assert done(site, "install", wheel("1.0")) == {"name": name, "version": "1.0"}
    assert used() == [404, NOT_FOUND, None]
    done(site, "enable", name)
    assert used() == [200, "Wheeled 1.0", 1]

    raising = {
        "migrations/0002_colour.py": ADDS_A_COLUMN.format(name=name, more=RAISES),
        "models.py": HAS_A_COLUMN.format(name=name),
    }
    assert "its migrations failed in template: ZeroDivisionError" in refused(
        site, "update", wheel("2.0", **raising)
    )
    assert site.plugins()[name]["version"] == "1.0"
    assert used() == [200, "Wheeled 1.0", 2]

    dropped = done(site, "uninstall", name, "--drop")
    assert dropped["dropped"] == [f"{name}_{name.lower()}note"]
    assert dropped["rows"] == {f"{name}.{name}Note": 2}
    assert f"Rows that went: 2 of {name}.{name}Note." in dropped["notes"]
    assert used() == [404, NOT_FOUND, None]
    assert (name in installed(site), state_of(site)["databases"]) == (False, before)


def built_wheel(folder: Path, version: str) -> Path:
    info = f"{folder.name}-{version}.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {folder.name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    target = folder.parent / f"{folder.name}-{version}-py3-none-any.whl"
    files = {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    files |= {path: text.encode() for path, text in about.items()}
    record = [f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]))
    return target


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
