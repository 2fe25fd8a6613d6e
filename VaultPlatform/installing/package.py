"""Which plugin it is that was unpacked."""

import keyword
from dataclasses import dataclass
from pathlib import Path

from VaultPlatform.activation.errors import BadPackage
from VaultPlatform.config.errors import sentence
from VaultPlatform.host.inventory import RESERVED
from VaultPlatform.host.manifest import FILE, Manifest, ManifestError, read_manifest
from VaultPlatform.host.manifest_file import read_file
from VaultPlatform.host.own_names import taken_by

#: What wheels hold beside packages.
_OF_WHEELS = (".dist-info", ".data")


@dataclass(frozen=True, kw_only=True)
class Package:
    """A plugin in a folder that has its name."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.folder.name


def package_in(unpacked: Path) -> Package:
    """The one plugin among what was unpacked: a folder of its name, as it is or inside `Plugins/`, or its bare files.

    Raises BadPackage if there is none, or more than one, or its name or `plugin.yaml` cannot be used.
    """
    folder = _folder(unpacked)
    _require_usable(folder.name)
    try:
        return Package(folder=folder, manifest=read_manifest(folder))
    except ManifestError as error:
        raise BadPackage(sentence(f"It cannot be installed: {error}")) from error


def _folder(unpacked: Path) -> Path:
    if (unpacked / FILE).is_file():
        return _named(unpacked)
    found = _packages(unpacked)
    if [path.name for path in found] == ["Plugins"]:
        found = _packages(found[0])
    if len(found) == 1:
        inner = (
            [path for path in _packages(found[0]) if any(path.glob("*.py"))] if _is_around(found[0]) else []
        )
        return inner[0] if len(inner) == 1 else found[0]
    names = ", ".join(path.name for path in found) or "none"
    raise BadPackage(f"There has to be exactly one plugin folder in it; there are: {names}.")


def _is_around(folder: Path) -> bool:
    """Whether a folder is no plugin, but may hold one: a project, such as `plugins new --package` makes."""
    return (folder / "pyproject.toml").is_file() or not ((folder / FILE).exists() or any(folder.glob("*.py")))


def _packages(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] not in "._"]
    return [path for path in found if not path.name.endswith(_OF_WHEELS)]


def _named(unpacked: Path) -> Path:
    """Bare files, put into a folder of the name that their plugin.yaml says."""
    try:
        name = str(read_file(unpacked / FILE, where=FILE).get("name", ""))
    except ManifestError as error:
        raise BadPackage(f"It cannot be installed: {error}.") from error
    if not name:
        raise BadPackage(f"Its {FILE} does not say its name, and it is in no folder of that name.")
    _require_usable(name)
    target = unpacked.with_name(f"{unpacked.name}.named") / name
    target.parent.mkdir(mode=0o700)
    return unpacked.rename(target)


def _require_usable(name: str) -> None:
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name in RESERVED:
        raise BadPackage(f'"{name}" cannot be a plugin\'s name: it has to be a Python identifier in ASCII.')
    if taken := taken_by(name):
        raise BadPackage(f'"{name}" cannot be a plugin\'s name: it is that of {taken}.')
