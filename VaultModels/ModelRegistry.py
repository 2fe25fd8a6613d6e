"""Models by name, so that code below a feature needs no import of another feature's models.

A view over Django's app registry: a plugin's models are in it as soon as the plugin is loaded, and gone when it is off.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.apps import apps
from django.db.models import Model


class UnknownModel(KeyError):
    """The name names no model, or more than one."""

    def __str__(self) -> str:
        return str(self.args[0])


class ModelRegistry(Mapping[str, type[Model]]):
    """`registry["Document"]`, or `registry["Label.Document"]` where two plugins have a model of one name."""

    def __getitem__(self, name: str) -> type[Model]:
        """The model called `name`. Raises UnknownModel with near names, or with the candidates if several."""
        found = self._by_name().get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownModel(
                f"{name!r} is the name of several models; say {_either(m._meta.label for m in found)}."
            )
        near = get_close_matches(name, list(self._by_name()), n=3, cutoff=0.6)
        hint = f" Did you mean {_either(near)}?" if near else " Is the plugin that brings it on?"
        raise UnknownModel(f"No model is called {name!r}.{hint}")

    def get(self, name: str, default: Any = None) -> type[Model]:
        """The model called `name`; `default` is for Mapping's sake, an unknown name raises all the same."""
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, found in self._by_name().items() if len(found) == 1)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return len(self._by_name().get(str(name), [])) == 1

    @staticmethod
    def _by_name() -> dict[str, list[type[Model]]]:
        found: dict[str, list[type[Model]]] = defaultdict(list)
        for model in apps.get_models():
            found[model._meta.object_name or ""].append(model)
            found[model._meta.label].append(model)
        return found


def _either(names: Any) -> str:
    return " or ".join(repr(name) for name in names)


MODEL_REGISTRY = ModelRegistry()


def get_model(name: str) -> type[Model]:
    """The model called `name` (`"Document"` or `"Label.Document"`). Raises UnknownModel."""
    return MODEL_REGISTRY[name]
