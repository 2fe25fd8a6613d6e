"""What keeps organisations apart by itself, if it is used: the cache, search indices, background tasks."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import calls, keyword, last
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Imported, Module
from VaultPlatform.checklist.subject import Subject

_STORES = ("redis", "pymemcache", "pylibmc", "memcache", "diskcache", "cachetools")
_INDICES = (
    "elasticsearch",
    "elasticsearch_dsl",
    "opensearchpy",
    "django_elasticsearch_dsl",
    "meilisearch",
    "typesense",
)
_QUEUES = ("kombu", "dramatiq", "rq", "huey", "apscheduler", "django_rq")
_THREADS = ("Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "Process", "Pool")
_KEEPING = frozenset({"functools.cache", "functools.lru_cache"})


def _imports(subject: Subject, *packages: str) -> Iterator[tuple[Module, Imported]]:
    for module in subject.modules:
        for each in module.imports:
            if each.within(*packages) and not each.for_types:
                yield module, each


@rule(
    "cache-apart",
    says="What is cached is one organisation's: cached by django.core.cache.cache, whose keys carry it.",
    remedy="Use `from django.core.cache import cache`; functools.cache is for what is the same for all, in config.py.",
    scope=EVERYBODY,
)
def _cache_apart(subject: Subject) -> Iterator[Spot]:
    for module, each in _imports(subject, *_STORES, "django.core.cache.caches", "django.core.cache.backends"):
        yield Spot(module.file, each.line, f"{each.target} keeps what all organisations share.")
    for module in subject.modules:
        if module.parts == ("config",):
            continue
        named = {each.bound: each.target for each in module.imports}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    if _full_name(decorator, named) in _KEEPING:
                        yield Spot(
                            module.file,
                            decorator.lineno,
                            f"What {node.name} returned to one organisation, it gives to all.",
                        )


def _full_name(node: ast.expr, named: dict[str, str]) -> str:
    text = ast.unparse(node.func if isinstance(node, ast.Call) else node)
    first, dot, rest = text.partition(".")
    return f"{named.get(first, first)}{dot}{rest}"


@rule(
    "search-apart",
    says="A search index is one organisation's.",
    remedy="Search in the organisation's own database. An index elsewhere needs the organisation in its name: except"
    " the import, and say how the name carries it.",
    scope=EVERYBODY,
)
def _search_apart(subject: Subject) -> Iterator[Spot]:
    for module, each in _imports(subject, *_INDICES):
        yield Spot(module.file, each.line, f"{each.target} knows nothing of organisations.")


@rule(
    "tasks-apart",
    says="A background task is sent and run for one organisation: a task of NimbusVault.celery, sent by delay().",
    remedy="Write @shared_task without base=, send it with delay() or apply_async(), and start no threads.",
    scope=EVERYBODY,
)
def _tasks_apart(subject: Subject) -> Iterator[Spot]:
    for module, each in _imports(subject, *_QUEUES, "celery.Celery", "celery.Task", "multiprocessing"):
        yield Spot(module.file, each.line, f"{each.target} carries no organisation.")
    for module in subject.modules:
        for call in calls(module.tree):
            if last(call) in {"shared_task", "task"} and keyword(call, "base") is not None:
                yield Spot(
                    module.file, call.lineno, "A task with a base= of its own carries no organisation."
                )
            elif last(call) == "send_task":
                yield Spot(
                    module.file, call.lineno, "send_task() goes past the base that carries the organisation."
                )
            elif last(call) in _THREADS:
                yield Spot(module.file, call.lineno, f"{last(call)}() begins outside of any organisation.")


@rule(
    "signals-apart",
    says="What happens reaches a plugin by hooks: Django's signals do not ask whether it is on in the organisation.",
    remedy="Implement a hook (docs/hook-reference.md); it is not called where the plugin is off.",
)
def _signals_apart(subject: Subject) -> Iterator[Spot]:
    for module, each in _imports(
        subject, "django.db.models.signals", "django.dispatch.receiver", "django.contrib.auth.signals"
    ):
        yield Spot(module.file, each.line, f"{each.target} is called where the plugin is off, too.")
