"""Names of permissions, as they follow from where a view lies and which role it needs."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from NimbusVaultConstants.CommonConstants.Choices import Role
from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from NimbusVaultConstants.CommonConstants.Permissions import UnknownPermission, may
from VaultPlatform.identity.permissions import (
    beyond,
    holds,
    needed_for,
    permissions,
    rights_of,
    rights_of_role,
    unknown,
)

pytestmark = pytest.mark.database_independent
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "MADEUP")


def view(module: str, **attributes: Any) -> type:
    """A class of views as a feature or plugin would have it."""
    return type("View", (ModelAPIView,), {"__module__": module, **attributes})


def person(role: str, *, granted: Any = None, key: Any = None) -> Any:
    return SimpleNamespace(role=role, role_permissions=granted, key_permissions=key)


def test_the_verb_follows_from_the_least_role_and_so_covers_no_stricter_view() -> None:
    for read, write, names in (
        ("reader", "editor", {"notes.read", "notes.write"}),
        ("reader", "administrator", {"notes.read", "notes.manage"}),
        ("administrator", "administrator", {"notes.manage"}),
        ("editor", "reader", {"notes.write", "notes.read"}),
    ):
        given = view("Plugins.Notes_Plugin.views", read_role=read, write_role=write)
        needed = {method: needed_for(given, method) for method in METHODS}
        assert {each.name for each in needed.values()} == names
        for method, each in needed.items():
            assert each.least_role == (read if method in {"GET", "HEAD", "OPTIONS"} else write)


def test_a_plain_function_needs_what_a_view_that_says_nothing_does() -> None:
    def plain(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    plain.__module__ = "Plugins.Notes_Plugin.views"
    assert needed_for(plain, "GET").name == "notes.read"
    assert needed_for(plain, "MADEUP").name == "notes.write"


@pytest.mark.parametrize(
    ("module", "area", "source"),
    [
        ("VaultManagement.Documents.views", "documents", "core"),
        ("Plugins.Notes_Plugin.views.deep.below", "notes", "Notes_Plugin"),
        ("Plugins.Notes.views", "notes", "Notes"),
        ("Plugins.Users_Plugin.views", "users_plugin", "Users_Plugin"),
        ("Plugins.DOCUMENTS_Plugin.views", "documents_plugin", "DOCUMENTS_Plugin"),
        ("Plugins.Plugins_Plugin.views", "plugins_plugin", "Plugins_Plugin"),
        ("Plugins.External_Plugin.views", "external_plugin", "External_Plugin"),
        ("users.views", "external", "external"),
        ("rest_framework.views", "external", "external"),
        ("VaultManagement", "external", "external"),
    ],
)
def test_the_area_is_where_the_view_lies_and_no_plugin_gets_the_cores(
    module: str, area: str, source: str
) -> None:
    needed = needed_for(view(module), "GET")
    assert (needed.name, needed.source) == (f"{area}.read", source)


def test_two_plugins_that_would_share_an_area_have_one_each(settings: Any) -> None:
    settings.ACTIVE_PLUGINS = ["Twin", "Twin_Plugin"]
    names = {needed_for(view(f"Plugins.{name}.views"), "GET").name for name in settings.ACTIVE_PLUGINS}
    assert names == {"twin.read", "twin_plugin.read"}


def test_a_view_may_name_others_for_all_methods_or_by_method() -> None:
    named = view(
        "Plugins.Notes_Plugin.views",
        read_permission={"GET": "notes.list"},
        write_permission={"DELETE": "notes.shred", "PATCH": ""},
    )
    names = {method: needed_for(named, method).name for method in METHODS}
    assert names["GET"] == names["HEAD"] == "notes.list"
    assert names["OPTIONS"] == "notes.read"
    assert (names["DELETE"], names["PATCH"], names["POST"]) == ("notes.shred", "", "notes.write")


def test_who_has_a_permission() -> None:
    needed = needed_for(view("Plugins.Notes_Plugin.views"), "POST")
    everybody = needed_for(view("Plugins.Notes_Plugin.views", write_permission=""), "POST")
    for who, has in (
        (person("reader"), False),
        (person("editor"), True),
        (person("administrator"), True),
        (person("clerk", granted=frozenset({"notes.write"})), True),
        (person("clerk", granted=frozenset({"notes.read"})), False),
        (person("clerk"), False),
        (person(""), False),
        (person("ADMINISTRATOR"), False),
        (person("administrator", key=frozenset({"notes.write"})), True),
        (person("administrator", key=frozenset({"notes.read"})), False),
        (person("administrator", key=frozenset()), False),
        (person("reader", key=frozenset({"notes.write"})), False),
        (person("clerk", granted=frozenset({"notes.write"}), key=frozenset({"notes.read"})), False),
    ):
        assert holds(who, needed) == has, who
        assert holds(who, everybody)


class Urls:
    """A site's routes, as a module would have them."""

    def __init__(self, *patterns: Any) -> None:
        self.urlpatterns = list(patterns)


def test_what_is_listed_is_what_views_of_members_need_and_name(settings: Any) -> None:
    def plain(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    plain.__module__ = "Plugins.Plain_Plugin.views"
    strict, lenient = (
        view("Plugins.Notes_Plugin.views", write_permission="notes.share", write_role=role, post=plain)
        for role in ("administrator", "reader")
    )
    also = view("Plugins.More_Plugin.views", get=plain, also_permissions={"more.shred": "administrator"})
    settings.ROOT_URLCONF = Urls(
        path("vault/lenient", lenient.as_view()),
        path("vault/strict", strict.as_view()),
        path("vault/again", lenient.as_view()),
        path("vault/also", also.as_view()),
        re_path(r"^vault/plain$", plain),
        path("vault/open", public(view("Plugins.Open_Plugin.views", get=plain)).as_view()),
        path("vault/site/x", view("Plugins.Site_Plugin.views", get=plain).as_view()),
        path("elsewhere", view("Plugins.Elsewhere_Plugin.views", get=plain).as_view()),
    )
    listed = {each.name: (each.least_role.value, each.source) for each in permissions().values()}
    assert listed == {
        "more.read": ("reader", "More_Plugin"),
        "more.shred": ("administrator", "More_Plugin"),
        "notes.share": ("administrator", "Notes_Plugin"),
        "plain.read": ("reader", "Plain_Plugin"),
        "plain.write": ("editor", "Plain_Plugin"),
    }


def test_code_that_asks_for_a_permission_that_nobody_names_is_told_what_to_do() -> None:
    with pytest.raises(UnknownPermission, match="also_permissions"):
        may(person("administrator"), "notes.shred")


def test_names_that_are_none_are_told_with_the_nearest() -> None:
    assert unknown(["documents.read"]) == []
    assert unknown(["document.read"]) == [
        "There is no permission 'document.read'. Did you mean documents.read?"
    ]
    assert unknown(["\ud800"]) == ["There is no permission '\\ud800'. Is the plugin that brings it on?"]


def test_rights_compare_and_everything_is_more_than_all_that_there_is() -> None:
    assert rights_of(person("administrator")) is None
    all_of_them = rights_of(person("administrator", key=frozenset(permissions())))
    assert all_of_them == permissions().keys()
    assert rights_of_role(Role.READER) < rights_of_role(Role.EDITOR) < all_of_them
    assert rights_of_role("clerk", ["gone.read"]) == {"gone.read"}
    assert beyond(None, None) == beyond(all_of_them, None) == beyond(frozenset(), []) == []
    assert beyond(None, all_of_them) == ["everything"]
    assert "users.manage" in beyond(None, ["documents.read"])
    assert beyond(frozenset({"gone.read"}), all_of_them) == ["gone.read"]
