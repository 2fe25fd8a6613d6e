"""Source files as the rules see them: parsed, never imported, so that a plugin that does not load can be checked."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

#: Modules by which Python code is imported by its name.
_BY_NAME = frozenset({"import_module", "importlib.import_module", "__import__"})


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One name that a module imports."""

    #: The module, absolute: "django.db" of `from django.db import models`.
    module: str
    #: "models" of it; "" of `import django.db`.
    name: str
    #: What the module calls it.
    bound: str
    line: int
    #: Whether it is imported for annotations only, under `if TYPE_CHECKING:`.
    for_types: bool

    @property
    def target(self) -> str:
        """Module and name in one."""
        return f"{self.module}.{self.name}" if self.name else self.module

    def within(self, *packages: str) -> bool:
        """Whether it is one of `packages`, or lies in one."""
        return any(self.target == each or self.target.startswith(f"{each}.") for each in packages)


@dataclass(frozen=True, eq=False)
class Module:
    """A source file. Two are the same only if they are one object, so that they can be keys."""

    #: Where it is.
    path: Path
    #: As it is shown in findings: from the repository's root, or from beside the plugin's folder.
    file: str
    #: Its parts from the plugin's folder on, without .py: ("bll", "Notes", "service").
    parts: tuple[str, ...]
    #: The package that it lies in, such as "Plugins.Notes_Plugin.bll.Notes".
    package: str
    text: str
    tree: ast.Module = field(repr=False)

    @property
    def stem(self) -> str:
        """Its name without .py."""
        return self.parts[-1]

    @property
    def is_service(self) -> bool:
        """Whether it is a service.py."""
        return self.stem == "service"

    @property
    def is_views(self) -> bool:
        """Whether it is views.py or lies in views/."""
        return self.parts[0] == "views"

    @cached_property
    def imports(self) -> list[Imported]:
        """All that it imports, wherever in the file, by name included."""
        return list(_imports(self.tree, package=self.package))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        """Its functions outside of classes, by name."""
        found = (node for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return {node.name: node for node in found}

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Its classes, those inside others excepted."""
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]


def read_module(path: Path, *, folder: Path, file: str, package: str) -> Module:
    """The module at `path`, below the folder of `package`. Raises SyntaxError, or ValueError for what is no text."""
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(folder).with_suffix("").parts
    return Module(
        path=path,
        file=file,
        parts=parts,
        package=".".join([package, *parts[:-1]]),
        text=text,
        tree=ast.parse(text, filename=str(path)),
    )


@cache
def read_modules(folder: Path, *, root: Path, package: str) -> tuple[Module, ...]:
    """All modules below a folder of the core, which are known to be Python; shown from `root` on. Read once."""
    return tuple(
        read_module(path, folder=folder, file=path.relative_to(root).as_posix(), package=package)
        for path in sorted(folder.rglob("*.py"))
    )


def _imports(tree: ast.Module, *, package: str) -> Iterator[Imported]:
    quiet = {id(inner) for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        hidden = id(node) in quiet
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield Imported(module=alias.name, name="", bound=bound, line=node.lineno, for_types=hidden)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            for alias in node.names:
                bound = alias.asname or alias.name
                yield Imported(
                    module=module, name=alias.name, bound=bound, line=node.lineno, for_types=hidden
                )
        elif isinstance(node, ast.Call) and (module := _imported_by_name(node)):
            yield Imported(module=module, name="", bound="", line=node.lineno, for_types=hidden)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _imported_by_name(node: ast.Call) -> str:
    """The module that `importlib.import_module("…")` names; "" if this is no such call."""
    if ast.unparse(node.func) not in _BY_NAME or not node.args:
        return ""
    first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
