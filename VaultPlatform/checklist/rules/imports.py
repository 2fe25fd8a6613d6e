"""Imports: the public surface, and no other plugin."""

from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.registry import rule
from VaultPlatform.checklist.subject import Subject
from VaultPlatform.checklist.surface import is_ours, is_public
from VaultPlatform.host.inventory import RESERVED


@rule(
    "public-imports",
    says="A plugin imports what is public of NimbusVault, and nothing else of it.",
    remedy='Use what the table "What a plugin may import" in docs/plugins.md names.',
)
def _public_imports(subject: Subject) -> Iterator[Spot]:
    own_workflows = [module.package for module in subject.workflows]
    for module in subject.modules:
        for each in module.imports:
            if each.for_types or each.within(*own_workflows):
                continue
            if is_ours(each.module) and not (is_public(each.target) or is_public(each.module)):
                yield Spot(module.file, each.line, f"{each.target} is not public.")


@rule(
    "no-other-plugin",
    says="A plugin imports no other plugin.",
    remedy="Reach the other plugin by a hook: bring a specification in Hooks/ of your own and call it.",
)
def _no_other_plugin(subject: Subject) -> Iterator[Spot]:
    beside = {
        path.name for path in subject.folder.parent.iterdir() if (path / "__init__.py").exists()
    } - RESERVED
    for module in subject.modules:
        for each in module.imports:
            root, _, rest = each.target.partition(".")
            name = rest.partition(".")[0] if root == "Plugins" else root
            other = name in beside if root != "Plugins" else name and name not in RESERVED
            if other and name != subject.name:
                yield Spot(module.file, each.line, f"It imports {each.target}, of another plugin.")
