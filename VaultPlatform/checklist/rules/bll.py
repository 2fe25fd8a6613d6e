"""Business logic: what is written, read and neither stands apart, and files read downwards."""

import ast
from collections.abc import Iterator
from typing import Final

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import calls, decorators, dotted
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.rules.services import WRITING
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

FILES: Final = ("HelperFunctions", "GetApisbll", "PostApisbll", "service")
_STEPS = frozenset({"db_step", "external_step", "context_manager"})
#: What a layer may not know: of the plugin itself, and of libraries.
_ABOVE: Final = {
    "models": ("bll", "serializers", "views", "urls"),
    "bll": ("serializers", "views", "urls"),
    "serializers": ("views", "urls"),
    "views": ("urls",),
    "urls": (),
}
_WEB = ("rest_framework", "celery")
#: The same within bll.
_BESIDE: Final = {
    "service": ("HelperFunctions", "GetApisbll", "PostApisbll"),
    "HelperFunctions": ("service", "GetApisbll", "PostApisbll"),
    "GetApisbll": ("PostApisbll",),
    "PostApisbll": (),
}


@rule(
    "bll-split",
    says="bll is split into HelperFunctions, GetApisbll (reads), PostApisbll (writes) and service.",
    remedy="Move it: steps and writes to PostApisbll, reads to GetApisbll, what needs no table to HelperFunctions.",
    scope=EVERYBODY,
)
def _bll_split(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        inside = module.parts[0] == "bll"
        if inside and module.stem not in (*FILES, "__init__"):
            yield Spot(module.file, 1, f"{module.stem}.py is none of the files of bll.")
        elif inside and subject.is_plugin and len(module.parts) == 2 and module.stem != "__init__":  # noqa: PLR2004
            yield Spot(
                module.file, 1, f"{module.stem}.py lies in bll itself, and not in a folder for its noun."
            )
        if module.stem != "PostApisbll":
            for function in module.functions.values():
                if _STEPS & set(decorators(function)):
                    yield Spot(
                        module.file, function.lineno, f"{function.name} is a step outside of PostApisbll.py."
                    )
        if module.stem in ("HelperFunctions", "GetApisbll"):
            yield from _writes(module)


def _writes(module: Module) -> Iterator[Spot]:
    services = {each.bound for each in module.imports if each.module.rpartition(".")[2] == "service"}
    for call in calls(module.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITING:
            owner = dotted(call.func.value)
            if owner.partition(".")[0] in services or owner.endswith("_service"):
                yield Spot(
                    module.file, call.lineno, f"{owner}.{call.func.attr} writes outside of PostApisbll.py."
                )


@rule(
    "layers",
    says="Files read downwards: urls > views > serializers > bll > models; in bll PostApisbll > GetApisbll >"
    " service and HelperFunctions. Views reach services through an orchestrator or GetApisbll.",
    remedy="Move what is needed to the layer below, or call it from the one above.",
    scope=EVERYBODY,
)
def _layers(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for each in module.imports:
            if not each.for_types and _is_upwards(subject, module, each.target):
                yield Spot(module.file, each.line, f"{'/'.join(module.parts)} imports {each.target}.")


def _is_upwards(subject: Subject, module: Module, target: str) -> bool:
    layer = module.parts[0]
    if layer == "bll" and target.partition(".")[0] in _WEB:
        return True
    if layer not in _ABOVE or not target.startswith(f"{subject.package}."):
        return False
    inside = target.removeprefix(f"{subject.package}.").split(".")
    if layer in {"urls", "views", "serializers"} and inside[0] == "bll":
        return bool({"service", "PostApisbll"} & set(inside))
    if layer == "bll" and inside[0] == "bll":
        return bool(set(_BESIDE.get(module.stem, ())) & set(inside))
    return inside[0] in _ABOVE[layer]
