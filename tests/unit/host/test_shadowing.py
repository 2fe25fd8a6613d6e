"""Routes that are spelt otherwise and answer the same paths: found by parameter, expression, include and catch-all."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import include, path, re_path

from VaultPlatform.host.routes import mounted
from VaultPlatform.host.shadowing import RESERVED, shadowing

pytestmark = pytest.mark.database_independent


def page(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse()


CORE = [
    mounted(
        [
            path("documents", page),
            path("documents/<uuid:document_id>", page),
            path("documents/<uuid:document_id>/versions/<int:number>", page),
            path("groups/<int:group_id>", page),
            path("plugins/<str:name>", page),
        ]
    )
]


def found(*patterns: Any) -> str:
    return shadowing(list(patterns), others=CORE, owner="the core") or ""


@pytest.mark.parametrize(
    "pattern",
    [
        path("documents", page),
        path("documents/<str:anything>", page),
        path("documents/<path:rest>", page),
        path("documents/<uuid:d>/<path:rest>", page),
        path("documents/<uuid:d>/versions/<str:number>", page),
        path("groups/<slug:name>", page),
        path("documents/", include([path("<str:anything>", page)])),
        path("", include([path("documents/", include([re_path(r"^[0-9a-f-]+$", page)]))])),
        re_path(r"^documents$", page),
        re_path(r"^documents/?$", page),
        re_path(r"^documents/(?P<d>[^/]+)$", page),
        re_path(r"^documents/.*", page),
        re_path(r"^documents", page),
        re_path(r"^groups/\d+", page),
    ],
    ids=str,
)
def test_a_route_that_answers_a_path_of_the_core_is_found(pattern: Any) -> None:
    assert "which is for" in found(pattern)
    assert "which is for" in found(mounted([pattern]))


@pytest.mark.parametrize(
    "pattern",
    [
        path("plugins/mine", page),
        path("plugins/<slug:name>", page),
        path("plugins/", include([path("mine", page)])),
        path("documents/6f1c3a52-0f63-4a4e-9a0e-3f2b8c7d1e91", page),
    ],
    ids=str,
)
def test_a_route_that_the_core_answers_first_is_found(pattern: Any) -> None:
    assert "would not be reached" in found(pattern) or "which is for" in found(pattern)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_the_words_of_the_site_and_of_sign_in_are_taken(word: str) -> None:
    for pattern in (
        path(f"{word}/mine", page),
        path(f"{word}/", include([path("mine", page)])),
        re_path(rf"^{word}/mine$", page),
        re_path(rf"^{word}\/mine$", page),
    ):
        assert f'begins with "{word}"' in found(pattern)


def test_the_words_are_those_that_the_gate_serves_without_an_organisation() -> None:
    assert {"site", "health", "api", "console", "widget-runtime", "auth"} == RESERVED


@pytest.mark.parametrize(
    "pattern",
    [
        path("notes", page),
        path("notes/<path:rest>", page),
        path("documents/<uuid:document_id>/shares", page),
        path("documents/summary", page),
        path("sites", page),
        path("apis/<int:x>", page),
        re_path(r"^notes/(\d+)$", page),
        path("plugins/mine/things", page),
    ],
    ids=str,
)
def test_a_route_of_its_own_is_none(pattern: Any) -> None:
    assert found(pattern) == ""
