"""Rows as lines of JSON, alike for every database, and back.

A line is an object: column (by the name of the model's attribute) -> value. Dates and times are ISO 8601, decimals and
UUIDs text, bytes base64; JSON is itself.
"""

import base64
import json
import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Field, JSONField, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.utils.duration import duration_iso_string

from VaultPlatform.tenancy.archive.tar import damaged
from VaultPlatform.tenancy.exceptions import TenancyError

#: Rows that are read, and written, at a time.
BATCH = 200
#: Bytes of the longest line that is read.
MAX_LINE = 32 * 1024 * 1024
#: Tables whose one row the template brings, and the database keeps from being deleted.
SINGLE = frozenset({"VaultModels.AuditHead"})


def columns_of(model: type[Model]) -> list["Field[Any, Any]"]:
    """The columns that a row is made of; what the database computes by itself is none."""
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def lines_of(model: type[Model]) -> Iterator[bytes]:
    """Every row of the current organisation, by primary key, in batches: no more memory for many than for few."""
    names = [field.attname for field in columns_of(model)]
    rows = model._base_manager.using("default").order_by("pk")
    batch = list(rows.values_list("pk", *names)[:BATCH])
    while batch:
        for row in batch:
            values = {name: _encoded(value, model, name) for name, value in zip(names, row[1:], strict=True)}
            yield json.dumps(values, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", *names)[:BATCH])


def _encoded(value: Any, model: type[Model], name: str) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str() | dict() | list():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
    raise TenancyError(
        f"The column '{name}' of {model._meta.label} holds a {type(value).__name__}, for which archives have no form."
        " Use a field of Django's own in the model, or keep its value in one."
    )


def split_lines(chunks: Iterable[bytes], *, within: str) -> Iterator[bytes]:
    """The lines of a member. Raises ValidationError for one that is too long, or not ended."""
    rest = b""
    for chunk in chunks:
        *complete, rest = (rest + chunk).split(b"\n")
        yield from complete
        if len(rest) > MAX_LINE:
            raise damaged(f"a line of '{within}' is longer than {MAX_LINE} bytes")
    if rest:
        raise damaged(f"'{within}' ends within a line")


class Loader:
    """Writes rows into the current organisation, whose tables hold nothing but what its template brought."""

    def __init__(self) -> None:
        #: Model -> number in the archive -> number here, of what each database numbers by itself.
        self._numbers: dict[type[Model], dict[Any, Any]] = {ContentType: {}, Permission: {}}
        #: Model -> what its rows mean -> their numbers here.
        self._here: dict[type[Model], dict[tuple[Any, ...], Any]] = {}

    def load(self, model: type[Model], lines: Iterable[bytes], *, within: str) -> int:
        """Write a table's rows; how many there were. Raises ValidationError for what is no row of it."""
        count, batch = 0, []
        if model not in self._numbers and model._meta.label not in SINGLE:
            _empty(model)
        for line in lines:
            batch.append(self._row(model, line, within=within))
            count += 1
            if len(batch) == BATCH:
                self._write(model, batch)
                batch = []
        if batch:
            self._write(model, batch)
        return count

    def _row(self, model: type[Model], line: bytes, *, within: str) -> dict[str, Any]:
        fields = {field.attname: field for field in columns_of(model)}
        try:
            values = json.loads(line)
            if not isinstance(values, dict) or values.keys() != fields.keys():
                raise damaged(f"a line of '{within}' does not have the columns of that table")
            return {name: self._decoded(fields[name], value) for name, value in values.items()}
        except (ValueError, TypeError, KeyError, RecursionError, ArithmeticError, ValidationError) as error:
            raise damaged(f"a line of '{within}' is no row of that table") from error

    def _decoded(self, field: "Field[Any, Any]", value: Any) -> Any:
        if value is None or isinstance(field, JSONField):
            return value
        value = field.to_python(value)
        numbers = self._numbers.get(field.related_model) if field.is_relation else None  # type: ignore[arg-type]
        return value if numbers is None else numbers[value]

    def _write(self, model: type[Model], rows: list[dict[str, Any]]) -> None:
        if model is ContentType:
            for row in rows:
                self._matched(model, row, "app_label", "model")
        elif model is Permission:
            for row in rows:
                self._matched(model, row, "content_type_id", "codename")
        else:
            self._insert(model, rows)

    def _matched(self, model: type[Model], row: dict[str, Any], *natural: str) -> None:
        """Find the row by what it means, or make it; its number here is remembered."""
        rows = model._base_manager.using("default")
        if model not in self._here:
            self._here[model] = {tuple(meant): pk for pk, *meant in rows.values_list("pk", *natural)}
        here = self._here[model]
        number, meant = row.pop("id"), tuple(row[name] for name in natural)
        if meant not in here:
            here[meant] = rows.create(**row).pk
        self._numbers[model][number] = here[meant]

    @staticmethod
    def _insert(model: type[Model], rows: list[dict[str, Any]]) -> None:
        """As they are: nothing like `auto_now` gets to change a value, as it would in `bulk_create`."""
        fields = columns_of(model)
        width = max(1, 900 // len(fields))  # parameters that SQLite takes in one statement
        for start in range(0, len(rows), width):
            query = InsertQuery(model, **_replacing(model))
            query.insert_values(fields, [model(**row) for row in rows[start : start + width]], raw=True)
            query.get_compiler("default").execute_sql()


def _empty(model: type[Model]) -> None:
    """Take out what the template brought."""
    rows = model._base_manager.using("default").all()
    if rows.exists():
        rows._raw_delete("default")  # noqa: SLF001  # without collecting what refers to them: that goes as well


def _replacing(model: type[Model]) -> dict[str, Any]:
    if model._meta.label not in SINGLE:
        return {}
    others = [field for field in columns_of(model) if not field.primary_key]
    return {
        "on_conflict": OnConflict.UPDATE,
        "update_fields": others,
        "unique_fields": [model._meta.pk],
    }
