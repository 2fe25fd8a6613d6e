"""Django's memory of content types, apart for each organisation.

Django remembers them by database alias for as long as the process lives. Here one alias is many databases, in which the
same model may have another number: a plugin that came in another order, or later, in one of them.
"""

import threading
from collections import OrderedDict
from typing import Any

from VaultPlatform.tenancy.context import current_or_none

#: Organisations whose types are remembered; the one remembered first goes first.
MAX_ORGANISATIONS = 256


class _Remembered(dict[Any, Any]):
    """Takes the place of `ContentTypeManager._cache`, which is asked by alias."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms: OrderedDict[tuple[str, str | None], dict[Any, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def __getitem__(self, alias: str) -> dict[Any, Any]:
        organisation = current_or_none()
        place = (alias, organisation.key if organisation is not None else None)
        with self._lock:
            room = self._rooms.setdefault(place, {})
            while len(self._rooms) > MAX_ORGANISATIONS:
                self._rooms.popitem(last=False)
        return room

    def setdefault(self, alias: str, _default: Any = None) -> Any:
        return self[alias]

    def clear(self) -> None:
        with self._lock:
            self._rooms.clear()


def keep_content_types_apart() -> None:
    """Called once, when Django's apps are ready."""
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects._cache = _Remembered()  # type: ignore[attr-defined]  # noqa: SLF001  # it has no other name
