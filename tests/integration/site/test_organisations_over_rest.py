"""Organisations over REST, for operators: made whole or not at all."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.clients import PASSWORD, Client, sign_in
from VaultPlatform import tenancy


@pytest.fixture
def operator(operator_client: Callable[[], Client]) -> Client:
    return operator_client()


@pytest.fixture
def slug(django_db_setup: None) -> Iterator[str]:
    slug = f"rest-{uuid4().hex[:8]}"
    yield slug
    made = tenancy.get_organisation(slug)
    if made is not None:
        tenancy.drop_organisation(made)


def test_a_new_organisation_is_shown_and_listed(operator: Client, slug: str) -> None:
    response = operator.post("/vault/site/organisations", {"slug": slug, "name": "Acme & Sons"})
    assert response.status_code == 201, response.content
    assert response.json() == {
        "slug": slug,
        "name": "Acme & Sons",
        "status": "active",
        "delete_after": None,
    }
    assert operator.get(f"/vault/site/organisations/{slug}").json() == response.json()
    listed = operator.get("/vault/site/organisations?limit=200").json()
    assert response.json() in listed["results"]
    assert listed["total"] == len(tenancy.list_organisations())


def test_without_a_name_it_is_called_by_its_slug(operator: Client, slug: str) -> None:
    assert operator.post("/vault/site/organisations", {"slug": slug}).json()["name"] == slug


def test_its_administrator_can_sign_in_at_once(operator: Client, slug: str) -> None:
    body = {"slug": slug, "administrator": {"username": "ann", "password": PASSWORD}}
    assert operator.post("/vault/site/organisations", body).status_code == 201
    made = tenancy.get_organisation(slug)
    assert made is not None
    assert sign_in(made, "ann")["access"]


def test_an_administrator_that_cannot_be_leaves_no_organisation(operator: Client, slug: str) -> None:
    body = {"slug": slug, "administrator": {"username": "ann", "password": "short"}}
    assert operator.post("/vault/site/organisations", body).status_code == 400
    assert tenancy.get_organisation(slug) is None


def test_a_failure_after_the_organisation_was_made_removes_it_again(
    operator: Client, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from VaultManagement.Users.bll.service import UserService

    def fails(*_args: Any, **_fields: Any) -> None:
        assert tenancy.current().slug == slug
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(UserService, "create", fails)
    body = {"slug": slug, "administrator": {"username": "ann", "password": PASSWORD}}
    assert operator.post("/vault/site/organisations", body).status_code == 500
    assert tenancy.get_organisation(slug) is None
    monkeypatch.undo()
    assert operator.post("/vault/site/organisations", body).status_code == 201


def test_a_slug_that_is_taken_is_a_409(operator: Client, org: tenancy.Organisation) -> None:
    assert operator.post("/vault/site/organisations", {"slug": org.slug}).status_code == 409


@pytest.mark.parametrize("slug", ["", "Upper", "-x", "control", "a" * 41, "a/b", None])
def test_a_slug_that_cannot_be_is_a_400(operator: Client, slug: str | None) -> None:
    assert operator.post("/vault/site/organisations", {"slug": slug}).status_code == 400


def test_an_unknown_organisation_is_a_404(operator: Client) -> None:
    assert operator.get("/vault/site/organisations/nowhere").status_code == 404


def test_organisations_come_in_pages_by_slug(operator: Client, make_org: Callable[..., Any]) -> None:
    for _ in range(2):
        make_org()
    slugs = [each.slug for each in tenancy.list_organisations()]
    page = operator.get("/vault/site/organisations?limit=1&offset=1").json()
    assert ([each["slug"] for each in page["results"]], page["total"]) == ([slugs[1]], len(slugs))
