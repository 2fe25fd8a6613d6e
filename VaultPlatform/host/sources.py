"""Where a plugin comes from: the repository, a folder outside of it, or an installed Python package.

Nothing of a plugin is imported here: an installed package is found by what its metadata say.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

#: Group of the entry points by which installed packages say that they are plugins.
GROUP = "nimbusvault.plugins"
Kind = Literal["repository", "folder", "package"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place in which there is a plugin."""

    kind: Kind
    folder: Path | None
    #: Dotted name by which it can be imported beside `Plugins.<Name>`; empty if there is none.
    own_name: str = ""
    #: Of an installed package.
    distribution: Distribution | None = None
    #: Why it cannot be used; empty if it can.
    problem: str = ""

    @property
    def package(self) -> str:
        """Name and version of the installed package, "" of a folder."""
        return f"{self.distribution.name} {self.distribution.version}" if self.distribution else ""

    def __str__(self) -> str:
        if self.distribution is not None:
            return f"the installed package {self.package}"
        return f"a folder of the same name in {self.folder.parent if self.folder else '?'}"


def installed_plugins() -> list[tuple[str, Source]]:
    """Name and source of every plugin that an installed package brings, by name and package."""
    found = [
        (entry.name, _source(entry, distribution))
        for distribution in _distributions()
        for entry in distribution.entry_points
        if entry.group == GROUP
    ]
    return sorted(found, key=lambda each: (each[0], each[1].package))


def _distributions() -> Iterator[Distribution]:
    """Those that may bring plugins, each once: the one that Python would import from.

    At every start all that is installed is looked at, so no more is read of each than is needed.
    """
    seen: set[str] = set()
    for distribution in distributions():
        if f"[{GROUP}]" in (distribution.read_text("entry_points.txt") or "").replace(" ", ""):
            name = distribution.name.lower().replace("_", "-")
            if name not in seen:
                seen.add(name)
                yield distribution


def _source(entry: EntryPoint, distribution: Distribution) -> Source:
    folder, problem = _folder_of(entry)
    if problem:
        of = f"the package {distribution.name} {distribution.version}, entry point {entry.name} = {entry.value}"
        problem = f"{of}: {problem}"
    return Source(
        kind="package", folder=folder, own_name=entry.value, distribution=distribution, problem=problem
    )


def _folder_of(entry: EntryPoint) -> tuple[Path | None, str]:
    """The folder of the package that an entry point names, or why there is none."""
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in entry.value.split(".")):
        return None, f'"{entry.value}" is no name of a package; write one such as my_package.plugin'
    try:
        spec = _spec_of(entry.value)
    except Exception as error:  # noqa: BLE001  # a finder of somebody else's
        return None, f"it cannot be looked for: {type(error).__name__}: {error}"
    if spec is None:
        return (
            None,
            f"there is no package {entry.value}; install it anew, or have its authors correct the name",
        )
    if not spec.submodule_search_locations:
        return None, f"{entry.value} is a module and not a package, which is a folder; name the folder"
    return Path(next(iter(spec.submodule_search_locations))), ""


def _spec_of(dotted: str) -> ModuleSpec | None:
    """Where the module is. `importlib.util.find_spec` would import the packages above it."""
    path: Any = None
    spec: ModuleSpec | None = None
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:count]), path)
        if spec is None or (count < len(parts) and not spec.submodule_search_locations):
            return None
        path = spec.submodule_search_locations
    return spec


def said_by(distribution: Distribution) -> dict[str, Any]:
    """What the metadata of an installed package say of what a manifest may say; only what they do say."""
    metadata: Any = distribution.metadata  # an email.message.Message, of which its type tells less
    said = {
        "version": _version(distribution.version),
        "description": metadata.get("Summary"),
        "author": metadata.get("Author") or metadata.get("Author-email") or metadata.get("Maintainer"),
        "licence": metadata.get("License-Expression") or _licence(distribution),
        "homepage": metadata.get("Home-page") or _homepage(metadata.get_all("Project-URL") or []),
    }
    return {key: str(value)[:2000] for key, value in said.items() if value and value != "UNKNOWN"}


def required_by(distribution: Distribution) -> tuple[str, ...]:
    """The Python packages that an installed package needs, but for those of its extras."""
    return tuple(filter(_counts, distribution.requires or ()))


def _counts(text: str) -> bool:
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        return False
    return wanted.marker is None or "extra" not in str(wanted.marker)


def _version(text: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        return ""


def _licence(distribution: Distribution) -> str:
    """Its short name; whole texts of licences are in the same place, and of no use here."""
    metadata: Any = distribution.metadata
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    text = str(metadata.get("License") or "")
    return (
        text if text and "\n" not in text else (classifiers[0].rpartition(" :: ")[2] if classifiers else "")
    )


def _homepage(urls: list[str]) -> str:
    named = {label.strip().lower(): url.strip() for label, _, url in (each.partition(",") for each in urls)}
    return next(
        (named[key] for key in ("homepage", "home-page", "documentation", "source") if key in named), ""
    )
