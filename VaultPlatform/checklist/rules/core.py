"""The arrow points from the plugin to the core, and never back."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import calls, keyword, last, text_of
from VaultPlatform.checklist.registry import rule
from VaultPlatform.checklist.source import Module, read_modules
from VaultPlatform.checklist.subject import Kind, Subject

_REFERENCES = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})


@rule(
    "core-knows-no-plugin",
    says="No table of the core refers to a plugin's.",
    remedy="Turn the reference round: the plugin's model has the foreign key, and the core knows nothing of it.",
    scope=frozenset({Kind.PLUGIN, Kind.TABLES}),
)
def _core_knows_no_plugin(subject: Subject) -> Iterator[Spot]:
    repository = subject.site.repository
    labels = {subject.name} if subject.is_plugin else _labels(subject)
    for module in read_modules(repository / "VaultModels", root=repository, package="VaultModels"):
        for line, target in _referred(module):
            if target.partition(".")[0] in labels or target.startswith("Plugins."):
                yield Spot(module.file, line, f"It refers to {target}.")


def _labels(subject: Subject) -> set[str]:
    folder = subject.site.repository / "Plugins"
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()


def _referred(module: Module) -> Iterator[tuple[int, str]]:
    """What a module's foreign keys and imports name."""
    for each in module.imports:
        yield each.line, each.target
    for call in calls(module.tree):
        if last(call) in _REFERENCES:
            target = call.args[0] if call.args else keyword(call, "to")
            if isinstance(target, ast.Constant):
                yield call.lineno, text_of(target) or ""
