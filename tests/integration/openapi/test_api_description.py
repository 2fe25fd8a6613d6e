"""The OpenAPI document: valid, complete, and without outside hosts."""

import contextlib
import re

import pytest
from django.conf import settings
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from VaultPlatform.host.routes import routes_of
from VaultPlatform.host.switching import say
from VaultPlatform.web.openapi import api_description

#: Pages, not operations.
UNDESCRIBED = {"vault/api/schema", "vault/api/swagger/"}


@pytest.fixture(scope="module")
def document():
    response = APIClient().get("/vault/api/schema")
    assert response.status_code == 200
    return response.json()


def test_it_is_a_valid_openapi_3_1_document(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_core_and_plugins_is_in_it(document):
    described = {re.sub(r"\{[^}]+\}", "<>", path).strip("/") for path in document["paths"]}
    routes = {
        re.sub(r"<[^>]+>", "<>", route)
        for route in routes_of(get_resolver(settings.ROOT_URLCONF).url_patterns)
    }
    assert {route for route in routes if route.startswith("vault/")} - UNDESCRIBED == described


def test_what_belongs_to_an_organisation_asks_for_its_header_and_a_token(document):
    operation = document["paths"]["/vault/documents"]["get"]
    assert any(parameter["name"] == "Org" and parameter["required"] for parameter in operation["parameters"])
    assert operation["security"] == [{"token": []}]


def test_what_is_public_asks_for_no_token(document):
    assert not document["paths"]["/vault/health/live"]["get"].get("security")
    assert not document["paths"]["/vault/auth/token"]["post"].get("security")


def test_every_operation_says_what_an_error_looks_like(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all("default" in operation["responses"] for operation in operations)


def test_operation_ids_are_unique(document):
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


@pytest.fixture
def page():
    return APIClient().get("/vault/api/swagger/").content.decode()


def test_the_page_loads_nothing_from_another_host(page):
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)


def test_what_the_page_loads_is_there(page):
    assets = re.findall(r"""(?:src|href)=["'](/vault/api/static/[^"']+)""", page)
    assert len(assets) >= 3
    for asset in assets:
        with contextlib.closing(APIClient().get(asset)) as response:
            assert response.status_code == 200


def test_with_an_organisation_it_is_that_organisations(make_org):
    with_it, without_it = make_org(), make_org()
    say("Bookmarks_Plugin", without_it, "switched_on", value=False)
    described = [
        APIClient(headers={"Org": org.slug}).get("/vault/api/schema").json() for org in (with_it, without_it)
    ]
    assert ["/vault/bookmarks" in document["paths"] for document in described] == [True, False]
    assert not [name for name in described[1]["components"]["schemas"] if "bookmark" in name.lower()]
    OpenAPIV31SpecValidator(described[1]).validate()


def test_an_organisation_that_there_is_not_is_said_to_be_unknown(make_org):
    make_org()
    answer = APIClient(headers={"Org": "nobody"}).get("/vault/api/schema")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.fixture
def with_broken_plugins(settings):
    api_description.cache_clear()
    settings.ROOT_URLCONF = "tests.integration.openapi.broken_urls"
    yield api_description()
    api_description.cache_clear()


def test_a_plugin_that_cannot_be_described_is_left_out_whole(with_broken_plugins):
    assert not [path for path in with_broken_plugins["paths"] if "broken" in path or "unmade" in path]


def test_the_others_are_described_as_ever(with_broken_plugins, document):
    OpenAPIV31SpecValidator(with_broken_plugins).validate()
    paths = with_broken_plugins["paths"]
    assert paths.keys() == document["paths"].keys() | {"/vault/good/things"}
