"""A plugin's routes: read and checked at start, mounted behind the core's, taken out again when the plugin fails."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any

from django.core.checks import ERROR
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RegexPattern, RoutePattern

from VaultPlatform.host.status import StageError

type_of_route = URLPattern | URLResolver
_PARAMETER = re.compile(r"<(?:(?P<type>[^>:]+):)?[^>]+>")
_LITERAL_START = re.compile(r"\^?[A-Za-z0-9_-]+(?:[/$\\]|$)")
_FIRST_WORD = re.compile(r"\^?([A-Za-z0-9_-]+)(?:[/$]|$)")


class ByFirstWord(URLResolver):
    """Routes of which a path only meets those that its first word may lead to, however many there are."""

    def __init__(self, prefix: str, patterns: Sequence[type_of_route]) -> None:
        super().__init__(RoutePattern(prefix, is_endpoint=False), list(patterns))
        known = [first_words(each) for each in patterns]
        self._by_word = {
            word: URLResolver(
                self.pattern,
                [each for each, words in zip(patterns, known, strict=True) if words is None or word in words],
            )
            for word in {"", *(word for words in known for word in words or ())}
        }
        self._prefix = prefix

    def resolve(self, path: str) -> ResolverMatch:
        """The view for `path`. Raises Resolver404."""
        word = str(path).removeprefix(self._prefix).partition("/")[0]
        return self._by_word.get(word, self._by_word[""]).resolve(path)


class WordsPattern(RoutePattern):
    """Matches paths that begin with one of `words`, and takes nothing off them.

    Put before the routes that begin so, it spares every other request trying them one by one.
    """

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__("")
        self.words = frozenset(words)

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        return (path, (), {}) if path.partition("/")[0] in self.words else None


def first_words(route: type_of_route) -> frozenset[str] | None:
    """The words that paths begin with that `route` may answer; None when they are not known."""
    return route.pattern.words if isinstance(route.pattern, WordsPattern) else None


def mounted(patterns: Sequence[type_of_route]) -> URLResolver:
    """`patterns` as one route to put under /vault/, behind their first words where these can be told."""
    return URLResolver(_behind_first_words(patterns), patterns)


def _behind_first_words(patterns: Sequence[type_of_route]) -> RoutePattern:
    words = [_FIRST_WORD.match(start) for start in _starts(patterns)]
    return WordsPattern(word[1] for word in words if word) if all(words) else RoutePattern("")


class PluginResolver(URLResolver):
    """The routes of a plugin, which are not there where it is off: their paths are answered like unknown ones."""

    def __init__(
        self, patterns: Sequence[type_of_route], *, app_name: str | None, is_on: Callable[[], bool]
    ) -> None:
        super().__init__(_behind_first_words(patterns), patterns, app_name=app_name, namespace=app_name)
        self._is_on = is_on

    def resolve(self, path: str) -> ResolverMatch:
        """What answers `path`. Raises Resolver404 if nothing does, or the plugin is off in the current organisation."""
        found = super().resolve(path)
        if not self._is_on():
            raise Resolver404({"path": path})
        return found


class PluginRoutes:
    """The mounted routes of one plugin. `close()` makes them match nothing, wherever they are included.

    Parameters: `module`, its urls.py; `is_on`, whether it is on in the current organisation.
    """

    def __init__(self, module: ModuleType, *, is_on: Callable[[], bool] = lambda: True) -> None:
        patterns = getattr(module, "urlpatterns", None)
        if not isinstance(patterns, list | tuple):
            raise StageError("urls.py defines no list urlpatterns")
        self._patterns: list[type_of_route] = list(patterns)
        _check(self._patterns)
        name = getattr(module, "app_name", None)
        self.names = tuple(routes_of(self._patterns))
        self.mount = PluginResolver(self._patterns, app_name=name, is_on=is_on)

    def close(self) -> None:
        """Take the routes out."""
        self._patterns.clear()


def routes_of(patterns: Sequence[type_of_route], prefix: str = "") -> Iterator[str]:
    """Yield every full route of `patterns`, nested ones too, with parameter names dropped: `a/<int>`."""
    for pattern in patterns:
        route = prefix + _normalised(pattern)
        if isinstance(pattern, URLResolver):
            yield from routes_of(pattern.url_patterns, route)
        else:
            yield route


def _normalised(pattern: type_of_route) -> str:
    route = str(pattern.pattern)
    if isinstance(pattern.pattern, RegexPattern):
        return route.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    return _PARAMETER.sub(lambda match: f"<{match['type'] or 'str'}>", route)


def clash(routes: Sequence[str], *, owners: dict[str, str]) -> str | None:
    """Return why `routes` cannot be mounted beside those in `owners` (route -> whose it is), None when they can."""
    for route in routes:
        if route in owners:
            return f'route "{route}" belongs to {owners[route]} already; rename it'
    doubled = {route for route in routes if routes.count(route) > 1}
    return f'route "{min(doubled)}" is defined twice in its own urls.py' if doubled else None


def _check(patterns: Sequence[type_of_route]) -> None:
    """Refuse what Django's own checks call an error, and what would catch requests meant for others."""
    for pattern in patterns:
        if not isinstance(pattern, URLPattern | URLResolver):
            raise StageError(f"urlpatterns holds {pattern!r}, which is no path(), re_path() or include()")
        for message in pattern.check():
            if message.level >= ERROR:
                raise StageError(f"{message.msg} ({message.id})")
    for start in _starts(patterns):
        if start and not _LITERAL_START.match(start):
            raise StageError(
                f'route "{start}" would catch requests meant for others; begin it with a word of its own'
            )


def _starts(patterns: Sequence[type_of_route], prefix: str = "") -> Iterator[str]:
    """Yield the routes as matched from the start: a regular expression that is not anchored begins with ".*"."""
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern.pattern, RegexPattern) and not prefix and not route.startswith("^"):
            route = ".*" + route
        if isinstance(pattern, URLResolver) and not (prefix + route):
            yield from _starts(pattern.url_patterns)
        elif isinstance(pattern, URLResolver) and not _LITERAL_START.match(prefix + route):
            yield from _starts(pattern.url_patterns, prefix + route)
        else:
            yield prefix + route
