"""Taking back what a plugin's models left in Django, so that core models work as if they had never been.

A `models.py` that fails half-way has already registered models, hung reverse accessors on core models, queued
operations for models that will never come and connected signals. Left alone, deleting a core user would then query a
table that does not exist. Django has no public way to unregister a model, so this file knows the registry's inside.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import signals as auth_signals
from django.core import signals as core_signals
from django.db.backends import signals as backend_signals
from django.db.models import Model
from django.db.models import signals as model_signals
from django.dispatch import Signal


def models_of(package: str) -> list[type[Model]]:
    """Return every registered model that a module of `package` defines, under whatever label."""
    return [
        model
        for models in apps.all_models.values()
        for model in models.values()
        if model.__module__ == package or model.__module__.startswith(package + ".")
    ]


def forget_models(*, package: str, label: str) -> None:
    """Remove the models of `package` and all traces of them. Parameters: `label`, the plugin's own app label."""
    doomed = set(models_of(package))
    for models in apps.all_models.values():
        for name in [name for name, model in models.items() if model in doomed]:
            del models[name]
    _drop_accessors(doomed)
    _drop_pending(package, label)
    _expire_caches()


def _survivors() -> Iterator[type[Model]]:
    for models in apps.all_models.values():
        yield from models.values()


def _drop_accessors(doomed: set[type[Model]]) -> None:
    """Remove reverse accessors that fields of the doomed models put on the others, and give back what they hid."""
    for model in _survivors():
        for name, value in list(vars(model).items()):
            relation = getattr(value, "rel", None) or getattr(value, "related", None)
            field = getattr(relation, "field", None)
            if getattr(field, "model", None) in doomed:
                delattr(model, name)
                _restore_accessor(model, name)


def _restore_accessor(target: type[Model], name: str) -> None:
    """Hang the accessor `name` on `target` again, if a field of another model wants one there."""
    for model in _survivors():
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            relation: Any = field.remote_field
            if relation is not None and relation.model is target and relation.get_accessor_name() == name:
                field.contribute_to_related_class(target, relation)  # type: ignore[attr-defined]


def _drop_pending(package: str, label: str) -> None:
    """Remove operations that wait for a model of `label`, or that would be done for a model of `package`."""
    pending = apps._pending_operations  # noqa: SLF001  # Django has no public way
    for key in list(pending):
        kept = (
            []
            if key[0] == label
            else [operation for operation in pending[key] if not _serves(operation, package)]
        )
        if kept:
            pending[key] = kept
        else:
            del pending[key]


def _serves(operation: Any, package: str) -> bool:
    """Whether a pending operation (a chain of partials behind `.func`) carries a model or field of `package`."""
    while operation is not None:
        carried = [*getattr(operation, "args", ()), *(getattr(operation, "keywords", None) or {}).values()]
        for value in carried:
            model = value if isinstance(value, type) else getattr(value, "model", None)
            module = getattr(model, "__module__", "")
            if module == package or module.startswith(package + "."):
                return True
        operation = getattr(operation, "func", None)
    return False


def _expire_caches() -> None:
    apps.clear_cache()
    for model in _survivors():
        model._meta._expire_cache()  # type: ignore[attr-defined]  # noqa: SLF001  # the same


def disconnect_signals(package: str) -> None:
    """Disconnect every receiver that a module of `package` connected to one of Django's signals."""
    for signal in _signals():
        for entry in list(signal.receivers):
            receiver = _resolve(entry[1])
            module = getattr(receiver, "__module__", None) or type(receiver).__module__
            if module == package or module.startswith(package + "."):
                _disconnect(signal, entry)


def _resolve(receiver: Any) -> Any:
    import weakref

    return receiver() if isinstance(receiver, weakref.ReferenceType) else receiver


def _disconnect(signal: Signal, entry: Any) -> None:
    with signal.lock:
        signal.receivers = [kept for kept in signal.receivers if kept is not entry]
        signal.sender_receivers_cache.clear()


def _signals() -> Iterator[Signal]:
    for module in (model_signals, core_signals, auth_signals, backend_signals):
        yield from (value for value in vars(module).values() if isinstance(value, Signal))
