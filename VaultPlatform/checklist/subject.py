"""What is checked: a plugin's folder, or a feature of the core, and what is known of the site around it."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.source import Module


class Kind(Enum):
    """What a subject is; rules say which of them they are for."""

    PLUGIN = "plugin"
    CORE = "core"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What is there beside the subject."""

    #: Where NimbusVault itself lies.
    repository: Path
    #: The settings files that a plugin has to be listed in.
    settings: Sequence[Path] = ()
    #: Why the running host could not load the plugin, by the plugin's name.
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A folder of source files that rules look at."""

    name: str
    folder: Path
    site: Site
    kind: Kind = Kind.PLUGIN

    @property
    def is_plugin(self) -> bool:
        """Whether it is a plugin, and not a feature of the core."""
        return self.kind is Kind.PLUGIN

    @property
    def package(self) -> str:
        """The dotted name that it is imported by."""
        return f"{'Plugins' if self.is_plugin else 'VaultManagement'}.{self.name}"

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with NimbusVault."""
        return self.folder.parent == self.site.repository / "Plugins"

    def file(self, path: Path) -> str:
        """The path as findings show it."""
        repository = self.site.repository
        return path.relative_to(
            repository if path.is_relative_to(repository) else self.folder.parent
        ).as_posix()

    def at(self, name: str, what: str, *, line: int = 1) -> Spot:
        """A spot in a file of the folder that is no module, or is not there."""
        return Spot(self.file(self.folder / name), line, what)

    def has(self, *names: str) -> bool:
        """Whether one of these files or folders is there."""
        return any((self.folder / name).exists() for name in names)

    # ------------------------------------------------------------------ source files

    @cached_property
    def _read(self) -> tuple[list[Module], list[Spot]]:
        modules: list[Module] = []
        broken: list[Spot] = []
        for path in sorted(self.folder.rglob("*.py")):
            try:
                modules.append(self._module(path))
            except (SyntaxError, UnicodeDecodeError, ValueError) as error:
                line = getattr(error, "lineno", None) or 1
                broken.append(Spot(self.file(path), line, f"This is no Python: {_first_line(error)}."))
        return modules, broken

    def _module(self, path: Path) -> Module:
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(self.folder).with_suffix("").parts
        return Module(
            path=path,
            file=self.file(path),
            parts=parts,
            package=".".join([self.package, *parts[:-1]]),
            text=text,
            tree=ast.parse(text, filename=str(path)),
        )

    @property
    def broken(self) -> list[Spot]:
        """Files that Python cannot read."""
        return self._read[1]

    @cached_property
    def modules(self) -> list[Module]:
        """The code itself: without migrations and tests."""
        return [each for each in self._read[0] if each.parts[0] != "migrations" and not _is_test(each)]

    @cached_property
    def migrations(self) -> list[Module]:
        """The migrations."""
        found = (each for each in self._read[0] if each.parts[0] == "migrations")
        return [each for each in found if each.stem != "__init__"]

    def module(self, *parts: str) -> Module | None:
        """The module of these parts, such as `module("bll", "Notes", "service")`; None if there is none."""
        return next((each for each in self.modules if each.parts == parts), None)

    def named(self, dotted: str) -> Module | None:
        """The module of the folder that is imported by this name."""
        if not dotted.startswith(f"{self.package}."):
            return None
        parts = tuple(dotted.removeprefix(f"{self.package}.").split("."))
        return self.module(*parts) or self.module(*parts, "__init__")

    @cached_property
    def models(self) -> list[tuple[Module, ast.ClassDef]]:
        """Its tables: classes in models.py or models/ that derive from a model, abstract ones left out."""
        return [
            (module, node)
            for module in self.modules
            if module.parts[0] == "models"
            for node in module.classes
            if any(ast.unparse(base).endswith("Model") for base in node.bases) and not _is_abstract(node)
        ]


def _is_test(module: Module) -> bool:
    return "tests" in module.parts[:-1] or module.stem == "conftest" or module.stem.startswith("test_")


def _is_abstract(node: ast.ClassDef) -> bool:
    return any(
        isinstance(inner, ast.Assign) and ast.unparse(inner) == "abstract = True" for inner in ast.walk(node)
    )


def _first_line(error: Exception) -> str:
    return str(getattr(error, "msg", error)).partition("\n")[0].rstrip(".")


def features(site: Site) -> Iterator[Subject]:
    """The features of the core."""
    for folder in sorted((site.repository / "VaultManagement").iterdir()):
        if (folder / "__init__.py").exists():
            yield Subject(name=folder.name, folder=folder, site=site, kind=Kind.CORE)
