"""Reading, comparing and refusing a plugin's routes."""

from types import ModuleType
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLResolver, include, path, re_path
from django.urls.resolvers import RegexPattern, Resolver404
from django.views import View

from VaultPlatform.host.routes import PluginRoutes, clash, mounted, routes_of
from VaultPlatform.host.status import StageError

pytestmark = pytest.mark.database_independent


def page(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse()


def urls(*patterns: Any, **names: Any) -> ModuleType:
    module = ModuleType("urls")
    vars(module).update(urlpatterns=list(patterns), **names)
    return module


def test_routes_are_full_and_without_parameter_names() -> None:
    patterns = [
        path("a/<int:x>", page),
        path("b/", include([path("<y>/c", page), re_path(r"^d$", page)])),
        re_path(r"^e/(?P<z>\d+)$", page),
    ]
    assert list(routes_of(patterns)) == ["a/<int>", "b/<str>/c", "b/d", r"e/(?P<z>\d+)"]


def test_a_route_that_is_taken_names_its_owner() -> None:
    owners = {"documents/<uuid>": "the core", "witness/ping": "plugin Witness"}
    assert "belongs to plugin Witness already" in str(clash(("mine", "witness/ping"), owners=owners))
    assert "defined twice in its own urls.py" in str(clash(("mine", "mine"), owners=owners))
    assert clash(("mine", "documents/<int>"), owners=owners) is None


@pytest.mark.parametrize(
    "pattern",
    [
        path("<slug:any>", page),
        path("<str:any>/page", page),
        path("", include([path("<path:rest>", page)])),
        re_path(r".*", page),
        re_path(r"page$", page),
        re_path(r"^\w+/page$", page),
        re_path(r"^(?:a|b)$", page),
        re_path(r"", include([path("page", page)])),
    ],
)
def test_a_route_that_would_catch_requests_of_others_is_refused(pattern: Any) -> None:
    with pytest.raises(StageError, match="would catch requests meant for others"):
        PluginRoutes(urls(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        path("", page),
        path("mine", page),
        path("mine/<int:x>", page),
        path("", include([path("mine/<path:rest>", page)])),
        re_path(r"^mine$", page),
        re_path(r"^mine/(\d+)$", page),
        path("mine/", include([path("<int:x>", page), re_path(r"^\d+$", page)])),
    ],
)
def test_a_route_that_begins_with_a_word_of_its_own_is_mounted(pattern: Any) -> None:
    assert len(PluginRoutes(urls(pattern)).names) >= 1


@pytest.mark.parametrize("patterns", ["text", None, {"a": 1}])
def test_urlpatterns_that_are_no_list_are_refused(patterns: Any) -> None:
    module = ModuleType("urls")
    module.urlpatterns = patterns  # type: ignore[attr-defined]
    with pytest.raises(StageError, match="defines no list urlpatterns"):
        PluginRoutes(module)


def test_something_in_urlpatterns_that_is_no_pattern_is_refused() -> None:
    with pytest.raises(StageError, match="which is no path"):
        PluginRoutes(urls(page))


def test_a_view_class_without_as_view_is_refused_as_django_would() -> None:
    with pytest.raises(StageError, match=r"as_view\(\).*urls\.E009"):
        PluginRoutes(urls(path("mine", View)))


@pytest.mark.parametrize("names", [{}, {"app_name": "mine"}])
def test_closed_routes_answer_nothing_wherever_they_are_mounted(names: dict[str, str]) -> None:
    routes = PluginRoutes(urls(path("mine", page), **names))
    root = URLResolver(RegexPattern(r"^/"), [path("vault/", include([routes.mount]))])
    assert root.resolve("/vault/mine").func is page
    routes.close()
    with pytest.raises(Resolver404):
        root.resolve("/vault/mine")


def test_a_path_that_begins_with_another_word_reaches_none_of_the_routes() -> None:
    resolver = mounted([path("notes", page), path("notes/<int:pk>", page)])
    assert resolver.pattern.match("notes/7") == ("notes/7", (), {})
    assert resolver.pattern.match("documents/7") is None
    assert resolver.pattern.match("notesx") is None


def test_routes_whose_first_word_cannot_be_told_are_always_tried() -> None:
    resolver = mounted([re_path(r"^notes\.json$", page), path("notes", page)])
    assert resolver.resolve("notes.json").func is page
    assert resolver.resolve("notes").func is page
