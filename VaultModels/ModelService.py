"""The base of every `service.py`: the eight primitives, and nothing else, on one model.

Only services touch the ORM. A service is a class with `model = X` and a module-level instance.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class ModelService(Generic[M]):
    """create, get, filter, update, delete and their bulk forms, on `model`.

    `get` and `filter` take the ORM's lookups and, beside them, `_select_related` and `_prefetch_related` (a name or a
    sequence of names).
    """

    model: ClassVar[type[Any]]

    def create(self, **fields: Any) -> M:
        """Insert one row and return it."""
        return self._rows().create(**fields)

    def get(self, **lookups: Any) -> M | None:
        """A row that fits, or None; which one is undefined if several do."""
        for row in self.filter(**lookups)[:1]:
            return row
        return None

    def filter(self, *conditions: Any, **lookups: Any) -> QuerySet[M]:
        """The rows that fit, lazily; `conditions` are Q objects."""
        joined = _names(lookups.pop("_select_related", ()))
        prefetched = _names(lookups.pop("_prefetch_related", ()))
        rows: QuerySet[M] = self.model._default_manager.filter(*conditions, **lookups)
        if joined:
            rows = rows.select_related(*joined)
        return rows.prefetch_related(*prefetched) if prefetched else rows

    def update(self, instance: M, **fields: Any) -> M:
        """Set `fields` on `instance` and save these only."""
        self._refuse_others(instance, given_to="update")
        for name, value in fields.items():
            setattr(instance, name, value)
        instance.save(update_fields=list(fields))
        return instance

    def delete(self, instance_or_id: Any) -> bool:
        """Delete a row; whether there was one."""
        if isinstance(instance_or_id, Model):
            self._refuse_others(instance_or_id, given_to="delete")
            instance_or_id = instance_or_id.pk
        return self._rows().filter(pk=instance_or_id).delete()[0] > 0

    def bulk_create(self, rows: Iterable[M | Mapping[str, Any]]) -> list[M]:
        """Insert many rows, given as objects or as dicts of fields."""
        made = [self.model(**row) if isinstance(row, Mapping) else row for row in rows]
        self._refuse_others(*made, given_to="bulk_create")
        return self._rows().bulk_create(made)

    def bulk_update(self, rows: Iterable[M], fields: Sequence[str]) -> int:
        """Save `fields` of many rows; how many there were."""
        changed = list(rows)
        self._refuse_others(*changed, given_to="bulk_update")
        return self._rows().bulk_update(changed, list(fields))

    def bulk_delete(self, filters_or_ids: Mapping[str, Any] | Iterable[Any]) -> int:
        """Delete the rows that fit a dict of lookups, or those of the ids given; how many of this model went.

        Raises ValueError for an empty dict, which would name every row.
        """
        if isinstance(filters_or_ids, Mapping):
            if not filters_or_ids:
                raise ValueError(
                    f"bulk_delete({{}}) would delete every {self.model.__name__}; name what is to go."
                )
            rows = self._rows().filter(**filters_or_ids)
        else:
            rows = self._rows().filter(pk__in=list(filters_or_ids))
        return rows.delete()[1].get(self.model._meta.label, 0)

    def _refuse_others(self, *rows: Any, given_to: str) -> None:
        """Raise TypeError for what is no row of this model: an id, mostly."""
        name = self.model.__name__
        if others := [type(row).__name__ for row in rows if not isinstance(row, self.model)]:
            remedy = "a dict of its fields, or an instance" if given_to == "bulk_create" else "the row itself"
            raise TypeError(
                f"{type(self).__name__}.{given_to}() was given an object of class {others[0]}, which is no {name}."
                f" Pass {remedy}; get(pk=…) of this service reads the {name} of an id."
            )

    def _rows(self) -> QuerySet[M]:
        rows: QuerySet[M] = self.model._default_manager.all()
        return rows


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
