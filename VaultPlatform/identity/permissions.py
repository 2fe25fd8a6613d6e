"""What a member may do: permissions by name, the built-in roles that have them, and which one a view needs.

A permission is "<area>.<verb>". A view says nothing of it: its area is the feature or plugin that it belongs to, and
the verb follows from the least role that it needs (`read_role`, `write_role`): read for readers, write for editors,
manage for administrators. So a name never covers views of different strictness. A view may name others, and so may
the plugin.yaml of a plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import URLResolver, get_resolver

from NimbusVaultConstants.CommonConstants.Choices import Role
from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform.config import REPOSITORY
from VaultPlatform.config.errors import nearest_name
from VaultPlatform.identity.paths import is_site_path

if TYPE_CHECKING:
    from VaultModels.models import User

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Asked with each request, and `Role.values` is made anew each time.
_BUILT_IN = frozenset(Role.values)
VERBS = {Role.READER: "read", Role.EDITOR: "write", Role.ADMINISTRATOR: "manage"}
#: In place of a permission's name: every member may, with whatever role.
EVERY_MEMBER = ""
#: Area of views that are neither the core's nor lie in a plugin's folder.
ELSEWHERE = "external"

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Something that a member may do or not."""

    name: str
    #: The least built-in role that has it.
    least_role: Role
    #: Whose it is: "core", or the plugin's name.
    source: str


class UnknownPermission(LookupError):
    """Code asks for a permission that no view names."""


@lru_cache(maxsize=4096)
def needed_for(view: Any, method: str) -> Permission:
    """What `view` (a class or a function) needs for a request of `method`."""
    kind = "read" if method in SAFE_METHODS else "write"
    role = Role(getattr(view, f"{kind}_role", Role.READER if kind == "read" else Role.EDITOR))
    named = getattr(view, f"{kind}_permission", None)
    if isinstance(named, Mapping):
        named = named.get("GET" if method == "HEAD" else method)
    area, source = _area(view)
    return Permission(
        name=f"{area}.{VERBS[role]}" if named is None else named, least_role=role, source=source
    )


def holds(user: User, permission: Permission) -> bool:
    """Whether `user`, or the API key that asks in their name, has `permission`."""
    if permission.name == EVERY_MEMBER:
        return True
    if user.key_permissions is not None and permission.name not in user.key_permissions:
        return False
    if user.role in _BUILT_IN:
        return Role(user.role).includes(permission.least_role)
    return permission.name in (user.role_permissions or ())


def may(user: User, name: str) -> bool:
    """Whether the member of a request has the permission `name`. Raises UnknownPermission for a name that is none."""
    known = permissions()
    if name not in known:
        raise UnknownPermission(
            f"No view names the permission {name!r}; put it into `also_permissions` of the view whose code asks for it,"
            " or into `permissions` of the plugin's plugin.yaml."
        )
    return holds(user, known[name])


def permissions() -> Mapping[str, Permission]:
    """Every permission that a view of core and plugins needs or names, by name."""
    return _permissions_of(settings.ROOT_URLCONF)


def rights_of(user: User) -> frozenset[str] | None:
    """All that the member of a request may do; None for everything, which an administrator in person may."""
    if user.role == Role.ADMINISTRATOR and user.key_permissions is None:
        return None
    return frozenset(name for name, permission in permissions().items() if holds(user, permission))


def rights_of_role(role: str, granted: Iterable[str] = ()) -> frozenset[str] | None:
    """All that a role gives; None for everything. `granted` are the permissions of a custom role."""
    if role == Role.ADMINISTRATOR:
        return None
    if role not in Role.values:
        return frozenset(granted)
    least = Role(role)
    return frozenset(name for name, each in permissions().items() if least.includes(each.least_role))


def beyond(wanted: frozenset[str] | None, held: Iterable[str] | None) -> list[str]:
    """What of `wanted` is not `held`, sorted; None is everything, on both sides."""
    if held is None:
        return []
    names = permissions().keys() if wanted is None else wanted
    return sorted(set(names) - set(held)) or (["everything"] if wanted is None else [])


def unknown(names: Iterable[str]) -> list[str]:
    """A sentence for each of `names` that is no permission, with the nearest that is."""
    known = permissions()
    return [_told(name, nearest_name(name, known)) for name in names if name not in known]


def _told(name: str, nearest: str | None) -> str:
    hint = f" Did you mean {nearest}?" if nearest else " Is the plugin that brings it on?"
    return f"There is no permission {name!r}.{hint}"


@lru_cache(maxsize=8)
def _permissions_of(urlconf: Any) -> Mapping[str, Permission]:
    named = _named_by_views(get_resolver(urlconf).url_patterns)
    return dict(sorted(_by_name(chain(named, _declared_by_plugins())).items()))


def least_roles(patterns: Iterable[Any]) -> dict[str, str]:
    """Name and least role of each permission that the views behind `patterns`, routes under /vault/, need or name."""
    named = _named_by_views(patterns, f"/{ModelName.url_vault}")
    return {name: each.least_role.value for name, each in _by_name(named).items()}


def _declared_by_plugins() -> Iterator[Permission]:
    """What the plugin.yaml of plugins that are on declare, whether or not a view needs it."""
    for record in settings.PLUGIN_HOST.records_on():
        for name, role in record.manifest.permissions.items():
            yield Permission(name=name, least_role=Role(role), source=record.name)


def _by_name(permissions: Iterable[Permission]) -> dict[str, Permission]:
    found: dict[str, Permission] = {}
    for each in permissions:
        known = found.get(each.name)
        if each.name != EVERY_MEMBER and (known is None or not known.least_role.includes(each.least_role)):
            found[each.name] = each
    return found


def _named_by_views(patterns: Iterable[Any], prefix: str = "/") -> Iterator[Permission]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from _named_by_views(pattern.url_patterns, path)
        elif path.startswith(f"/{ModelName.url_vault}") and not is_site_path(path):
            yield from _named_by(pattern.callback)


def _named_by(callback: Callable[..., Any]) -> Iterator[Permission]:
    view = view_of(callback)
    if getattr(view, "vault_public", False):
        return
    for method in getattr(callback, "actions", _METHODS):
        if not isinstance(view, type) or hasattr(callback, "actions") or hasattr(view, method):
            yield needed_for(view, method.upper())
    _, source = _area(view)
    for name, role in getattr(view, "also_permissions", {}).items():
        yield Permission(name=name, least_role=Role(role), source=source)


def view_of(callback: Any) -> Any:
    """The class behind a view's function, or the function itself."""
    return getattr(callback, "cls", getattr(callback, "view_class", callback))


def _area(view: Any) -> tuple[str, str]:
    """Area and source of a view, by the package that it lies in."""
    top, *below = str(getattr(view, "__module__", "")).split(".")
    if top == "VaultManagement" and below:
        return below[0].lower(), "core"
    if top == "Plugins" and below:
        return area_of_plugin(below[0]), below[0]
    return ELSEWHERE, ELSEWHERE


def area_of_plugin(name: str) -> str:
    """The plugin's name without "_Plugin", in lower case; its whole name where the short one is somebody else's."""
    short = name.removesuffix("_Plugin")
    others = {each.lower() for each in settings.ACTIVE_PLUGINS if each != name} | _core_areas()
    return (name if short.lower() in others else short).lower()


@lru_cache(maxsize=1)
def _core_areas() -> frozenset[str]:
    """Areas that the core's own views are in, or name."""
    features = (REPOSITORY / "VaultManagement").glob("*/__init__.py")
    return frozenset({ELSEWHERE, "plugins", "api_keys", *(path.parent.name.lower() for path in features)})
