"""The ORM guard: in tests, every query of our own code has to come from a service.

A QuerySet is lazy, so where it is evaluated says nothing. Its origin is bound where it is built: to the `Query` inside
it, which all its clones copy. A query is refused, when it is executed, if the innermost code of ours that built it is
neither a `service.py` nor listed in `INFRASTRUCTURE`. Three things carry the service's permission on:

- a QuerySet: whatever is derived from it, and what Django itself builds for it (prefetching, cascades, counts);
- an instance that was read or saved with permission: its `save`, `delete`, deferred fields and related managers;
- nothing else; `Model(...)` in business logic is an instance that no service has seen.

Test code, Django and libraries are not judged for themselves; `connection.cursor()` is, in our code. Each refusal is
raised where it happens and is kept, so that the test fails even if the site turned the exception into a response.
As a pytest plugin (`tests.orm_guard`) this holds for the whole run.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: The code that is judged.
OURS = frozenset(
    {
        "NimbusVault",
        "NimbusVaultConstants",
        "Orchestrators",
        "Plugins",
        "VaultErrors",
        "VaultManagement",
        "VaultModels",
        "VaultPlatform",
    }
)
#: What may query without being a service, by path or part of it, and why.
INFRASTRUCTURE = {
    "VaultModels/ModelService.py": "is the base of every service",
    "VaultPlatform/tenancy/": "makes, clones, migrates and drops the databases themselves",
    "VaultPlatform/activation/locking.py": "holds a lock of the database server, on a connection of its own",
    "VaultPlatform/runs/rows.py": "writes the journal with statements that the ORM has no words for",
    "Orchestrators/Codec.py": "fetches the instances that a run was staged with, by their keys",
    "VaultPlatform/audit/chain.py": "appends to the audit chains with statements that the ORM has no words for",
    "/migrations/": "runs on the historical models of its time, which have no service",
    "django/core/management/": "Django's commands act on the database as a whole",
    "django/db/migrations/": "reads and writes which migrations have run",
    "django/contrib/contenttypes/": "keeps a row for each model by itself",
    "django/contrib/auth/management/": "keeps a row for each permission by itself",
    "django_celery_beat/": "reads its own schedules, in the site's database",
}
_LIBRARIES = tuple(sysconfig.get_path(name) + "/" for name in ("stdlib", "purelib", "platlib"))
#: Name of the attributes that carry permission, on a Query and on the state of an instance.
_MARK = "permitted_by_orm_guard"
#: Django's managers of related objects keep the instance that they start from in `self.instance`.
_RELATED = ("django/db/models/fields/related_descriptors.py", "django/contrib/contenttypes/fields.py")


class OrmGuardError(AssertionError):
    """Our code asked the database past the services."""


class Kind(Enum):
    """Whose a source file is."""

    LIBRARY = "passed over"
    PERMITTED = "may query"
    OUTSIDE = "not judged"
    OURS = "may not query"


@functools.cache
def kind_of(filename: str) -> Kind:
    """Whose code `filename` holds."""
    if any(part in filename for part in INFRASTRUCTURE):
        return Kind.PERMITTED
    if filename == __file__ or filename.startswith(("<", *_LIBRARIES)):
        return Kind.LIBRARY
    path = Path(filename)
    if not path.is_relative_to(ROOT):
        return Kind.OUTSIDE
    parts = path.relative_to(ROOT).parts
    if parts[0] not in OURS or "tests" in parts:
        return Kind.OUTSIDE
    return Kind.PERMITTED if path.name == "service.py" else Kind.OURS


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a query was built, and whether that is a place which may."""

    permitted: bool
    where: str = ""


PERMITTED = Origin(permitted=True)


@dataclass(kw_only=True)
class OrmGuard:
    """What was refused since it was last looked at; `on` switches the judging."""

    on: bool = True
    refusals: list[str] = field(default_factory=list)

    @contextmanager
    def off(self) -> Iterator[None]:
        """Judge nothing within the block."""
        before, self.on = self.on, False
        try:
            yield
        finally:
            self.on = before

    def take_refusals(self) -> list[str]:
        """The refusals so far, which are forgotten with that."""
        taken, self.refusals = self.refusals, []
        return taken

    def judge(self, origin: Origin, *, what: str) -> None:
        """Raise OrmGuardError unless `origin` is permitted."""
        if origin.permitted or not self.on:
            return
        message = (
            f"{origin.where} {what} past the services. Only a service.py may: build the query with the model's service"
            " (its create, get, filter, update, delete or their bulk forms) and go on from what it returns. Code that"
            " really belongs to the infrastructure is listed, with its reason, in INFRASTRUCTURE of tests/orm_guard.py."
        )
        self.refusals.append(message)
        raise OrmGuardError(message)


guard = OrmGuard()


def origin_here() -> Origin:
    """The origin of a query that is being built now, by the code that is on the stack."""
    frame: FrameType | None = sys._getframe(2)
    first = frame
    while frame is not None:
        kind = kind_of(frame.f_code.co_filename)
        if kind is Kind.OURS:
            return _carried(first, until=frame) or Origin(permitted=False, where=_place(frame))
        if kind is not Kind.LIBRARY:
            return PERMITTED
        frame = frame.f_back
    return PERMITTED


def _carried(frame: FrameType | None, *, until: FrameType) -> Origin | None:
    """Permission or refusal that a QuerySet, a query or an instance brings along, innermost first."""
    while frame is not None and frame is not until:
        for name in ("self", "instance", "instances"):
            actor = frame.f_locals.get(name)
            if actor is not None and (origin := _origin_of(actor, frame)) is not None:
                return origin
        frame = frame.f_back
    return None


def _origin_of(actor: Any, frame: FrameType) -> Origin | None:
    from django.db.models import Model, QuerySet
    from django.db.models.query import RawQuerySet
    from django.db.models.sql import Query

    if isinstance(actor, QuerySet | RawQuerySet):
        actor = actor.__dict__.get("_query") or actor.__dict__.get("query")
    if isinstance(actor, Query):
        return actor.__dict__.get(_MARK)
    if isinstance(actor, Model):
        return PERMITTED if hasattr(actor._state, _MARK) else None
    if frame.f_code.co_filename.endswith(_RELATED):
        related = getattr(actor, "instance", None)
        return PERMITTED if isinstance(related, Model) and hasattr(related._state, _MARK) else None
    return None


def _place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).relative_to(ROOT)}:{frame.f_lineno} ({frame.f_code.co_qualname})"


def install() -> Callable[[], None]:
    """Put the guard into Django's ORM; returns what takes it out again."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model, QuerySet
    from django.db.models.sql import compiler, query

    patches = [
        _patch(query.Query, "__init__", _binding),
        _patch(query.RawQuery, "__init__", _binding),
        _patch(query.RawQuery, "_execute_query", _judging_itself),
        _patch(compiler.SQLCompiler, "execute_sql", _judging_its_query),
        _patch(compiler.SQLInsertCompiler, "execute_sql", _judging_its_query),
        _patch(BaseDatabaseWrapper, "cursor", _judging_its_caller),
        _patch(BaseDatabaseWrapper, "chunked_cursor", _judging_its_caller),
        _patch(Model, "save_base", _marking_itself),
        _patch(QuerySet, "bulk_create", _marking_what_it_returns),
    ]
    from_db = vars(Model)["from_db"]
    Model.from_db = classmethod(_marking_the_instance(from_db.__func__))  # type: ignore[assignment, method-assign]

    def remove() -> None:
        for undo in patches:
            undo()
        Model.from_db = from_db

    return remove


def _patch(owner: type, name: str, wrapping: Callable[[Any], Any]) -> Callable[[], None]:
    original = vars(owner)[name]
    setattr(owner, name, functools.wraps(original)(wrapping(original)))
    return lambda: setattr(owner, name, original)


def _binding(original: Any) -> Any:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        original(self, *args, **kwargs)
        setattr(self, _MARK, origin_here())

    return __init__


def _judging_itself(original: Any) -> Any:
    def _execute_query(self: Any) -> Any:
        guard.judge(getattr(self, _MARK, PERMITTED), what="built raw SQL")
        return original(self)

    return _execute_query


def _judging_its_query(original: Any) -> Any:
    def execute_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        table = f"a query of {self.query.model.__name__}" if self.query.model else "a query"
        guard.judge(getattr(self.query, _MARK, PERMITTED), what=f"built {table}")
        return original(self, *args, **kwargs)

    return execute_sql


def _judging_its_caller(original: Any) -> Any:
    """Opening a cursor oneself is refused; a cursor that Django opens belongs to a query judged already."""

    def cursor(self: Any, *args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1)
        if kind_of(caller.f_code.co_filename) is Kind.OURS:
            guard.judge(Origin(permitted=False, where=_place(caller)), what="opened a database cursor")
        return original(self, *args, **kwargs)

    return cursor


def _marking_itself(original: Any) -> Any:
    def save_base(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        setattr(self._state, _MARK, True)

    return save_base


def _marking_what_it_returns(original: Any) -> Any:
    def bulk_create(self: Any, *args: Any, **kwargs: Any) -> Any:
        instances = original(self, *args, **kwargs)
        for instance in instances:
            setattr(instance._state, _MARK, True)
        return instances

    return bulk_create


def _marking_the_instance(original: Any) -> Any:
    def from_db(cls: type, *args: Any, **kwargs: Any) -> Any:
        instance = original(cls, *args, **kwargs)
        setattr(instance._state, _MARK, True)
        return instance

    return from_db


@pytest.fixture(scope="session", autouse=True)
def _orm_guard_installed() -> Iterator[None]:
    remove = install()
    yield
    remove()


@pytest.fixture(autouse=True)
def orm_guard(_orm_guard_installed: None) -> Iterator[OrmGuard]:
    """The guard; a test that provokes a refusal takes it with `orm_guard.take_refusals()`, any other one fails."""
    guard.take_refusals()
    yield guard
    if refusals := guard.take_refusals():
        pytest.fail("\n".join(dict.fromkeys(refusals)), pytrace=False)
