"""Every route of the site with the verbs that it answers, as the URLconf has them: `GET documents/<document_id>`.

A path that is not under /vault begins with a slash: `GET /metrics`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import URLResolver, get_resolver

VERBS = ("get", "post", "put", "patch", "delete")
#: A parameter's type, which a test that fills in its value does not need.
_TYPE = re.compile(r"<\w+:")


def routes() -> list[str]:
    """Verb and path of everything that the site answers."""
    found = _routes(get_resolver(settings.ROOT_URLCONF).url_patterns)
    return sorted(f"{verb.upper()} {_below_vault(path)}" for path, view in found for verb in _verbs(view))


def full_path(path: str) -> str:
    """The path to ask, of a path as `routes` has it."""
    return path if path.startswith("/") else f"/vault/{path}"


def _below_vault(path: str) -> str:
    return path.removeprefix("vault/") if path.startswith("vault/") else f"/{path}"


def _routes(patterns: Sequence[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        path = prefix + _TYPE.sub("<", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, path)
        else:
            yield path, each.callback


def _verbs(view: Any) -> list[str]:
    """The verbs of a class of views; a function answers all of them alike, so one stands for them."""
    cls = getattr(view, "cls", getattr(view, "view_class", None))
    return ["get"] if cls is None else [verb for verb in VERBS if hasattr(cls, verb)]
