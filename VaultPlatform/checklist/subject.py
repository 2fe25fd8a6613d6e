"""What is checked: a plugin's folder, or a feature of the core, and what is known of the site around it."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.source import Module, read_module, read_modules


class Kind(Enum):
    """What a subject is; rules say which of them they are for."""

    PLUGIN = "plugin"
    CORE = "core"
    #: All tables of the core.
    TABLES = "tables"


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
        if self.kind is Kind.TABLES:
            return self.name
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
                modules.append(
                    read_module(path, folder=self.folder, file=self.file(path), package=self.package)
                )
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None) or 1
                broken.append(Spot(self.file(path), line, f"This is no Python: {_first_line(error)}."))
        return modules, broken

    @property
    def broken(self) -> list[Spot]:
        """Files that Python cannot read."""
        return self._read[1]

    @cached_property
    def modules(self) -> list[Module]:
        """The code itself: without migrations and tests."""
        return [each for each in self._read[0] if "migrations" not in each.parts[:-1] and not _is_test(each)]

    @cached_property
    def migrations(self) -> list[Module]:
        """The migrations."""
        found = (each for each in self._read[0] if "migrations" in each.parts[:-1])
        return [each for each in found if each.stem != "__init__"]

    @cached_property
    def workflows(self) -> list[Module]:
        """Orchestrators in Orchestrators/ that belong to it: the feature's, or those that import the plugin."""
        folder = self.site.repository / "Orchestrators"
        found: list[Module] = []
        for inner in sorted(folder.glob("*Orchestrators")):
            if not self.is_plugin and inner.name != f"{self.name}Orchestrators":
                continue
            modules = read_modules(inner, root=self.site.repository, package=f"Orchestrators.{inner.name}")
            found += [each for each in modules if not self.is_plugin or self._is_imported_by(each)]
        return found

    def _is_imported_by(self, module: Module) -> bool:
        return any(each.within(self.package) for each in module.imports)

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
    """The features of the core, and its tables."""
    for folder in sorted((site.repository / "VaultManagement").iterdir()):
        if (folder / "__init__.py").exists():
            yield Subject(name=folder.name, folder=folder, site=site, kind=Kind.CORE)
    yield Subject(name="VaultModels", folder=site.repository / "VaultModels", site=site, kind=Kind.TABLES)
