"""Routes lead to views."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import dotted
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.subject import Subject


@rule(
    "routes",
    says="Where there are views there is a urls.py with urlpatterns.",
    remedy="Add urls.py with urlpatterns = [path(…, <View>.as_view())], or take the views out.",
    scope=EVERYBODY,
)
def _routes(subject: Subject) -> Iterator[Spot]:
    urls = subject.module("urls") or subject.module("urls", "__init__")
    views = [module for module in subject.modules if module.is_views]
    if urls is None:
        if views:
            yield Spot(views[0].file, 1, "There are views, and no urls.py that leads to them.")
        return
    if not any(_binds(node, "urlpatterns") for node in ast.walk(urls.tree)):
        yield Spot(urls.file, 1, "There are no urlpatterns in it.")


def _binds(node: ast.AST, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AnnAssign) and any(
        target is not None and dotted(target) == name for target in targets
    )
