"""Whether routes of a plugin and routes that are there already would answer the same paths.

Routes are compared by trying: paths that the one answers are resolved by the other. It holds for parameters, regular
expressions and includes alike, as far as sample paths can be made.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.urls import URLResolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform.host.routes import first_words, routes_of, type_of_route
from VaultPlatform.identity.paths import SITE_PATHS

#: First words that no plugin has routes under: what lies there has no organisation, or signs people in.
RESERVED: Final = frozenset({path.split("/")[2] for path in SITE_PATHS} | {"auth"})
#: What parameters of each type may be; of a type that is not known, all of it.
_VALUES: Final = {
    "int": ("1", "42"),
    "uuid": ("6f1c3a52-0f63-4a4e-9a0e-3f2b8c7d1e90",),
    "slug": ("some-thing",),
    "str": ("some-thing", "Some.Thing", "42"),
    "path": ("some-thing", "some/thing"),
}
_EVERY: Final = tuple(dict.fromkeys(itertools.chain.from_iterable(_VALUES.values())))
#: Samples of one route, however many parameters it has.
_MOST: Final = 300
_PARAMETER = re.compile(r"<(\w+)>")


def shadowing(
    patterns: Sequence[type_of_route], *, others: Sequence[type_of_route], owner: str
) -> str | None:
    """Why a plugin's `patterns` cannot be mounted behind `others`, which belong to `owner`; None when they can."""
    for route in routes_of(patterns):
        if (word := route.replace("\\", "").partition("/")[0]) in RESERVED:
            return (
                f'route "{route}" begins with "{word}", which is the core\'s; begin it with a word of its own'
            )
    if not (others := _that_may_meet(patterns, others)):
        return None
    for route, path in _samples(others):
        if _answers(patterns, path):
            where = f"/{ModelName.url_vault}{path}"
            return f'one of its routes answers {where}, which is for "{route}" of {owner}; rename it'
    for route, path in _samples(patterns):
        if _answers(others, path):
            where = f"/{ModelName.url_vault}{path}"
            return f'route "{route}" would not be reached: {owner} answers {where}; rename it'
    return None


def _that_may_meet(
    patterns: Sequence[type_of_route], others: Sequence[type_of_route]
) -> Sequence[type_of_route]:
    """Those of `others` that do not begin with other words than `patterns` do, as far as that is known."""
    words = [first_words(each) for each in patterns]
    if None in words:
        return others
    own = frozenset[str]().union(*filter(None, words))
    theirs = ((each, first_words(each)) for each in others)
    return [each for each, known in theirs if known is None or not own.isdisjoint(known)]


def _samples(patterns: Sequence[type_of_route]) -> Iterator[tuple[str, str]]:
    """Yield routes with paths that they answer; none for regular expressions, whose paths cannot be told."""
    for route in routes_of(patterns):
        kinds = _PARAMETER.findall(route)
        every = itertools.product(*(_VALUES.get(kind, _EVERY) for kind in kinds))
        for values in itertools.islice(every, _MOST):
            left = iter(values)
            path = _PARAMETER.sub(lambda _, left=left: next(left), route)  # type: ignore[misc]
            if _answers(patterns, path):
                yield route, path


def _answers(patterns: Sequence[type_of_route], path: str) -> bool:
    try:
        URLResolver(RoutePattern(""), list(patterns)).resolve(path)
    except Resolver404:
        return False
    return True
