"""The gate: who passes to a view, plain Django views included, and what the others are told."""

from contextvars import Context

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from rest_framework.test import APIClient

from VaultPlatform import tenancy
from VaultPlatform.identity.service import session_service
from VaultPlatform.identity.tokens import AccessToken, RefreshToken, SiteToken
from VaultPlatform.tenancy.directory import forget
from VaultPlatform.tenancy.service import organisation_service


@pytest.fixture(autouse=True)
def _plain_routes(settings):
    settings.ROOT_URLCONF = "tests.integration.identity.plain_urls"


@pytest.fixture
def member(org, clients, settings):
    """Signs in over the site's own routes, then uses the plain ones."""

    def sign_in(role="editor", organisation=org):
        settings.ROOT_URLCONF = "NimbusVault.urls"
        client = clients.client_for(organisation, role)
        settings.ROOT_URLCONF = "tests.integration.identity.plain_urls"
        return client

    return sign_in


def errors_of(response):
    body = response.json()
    assert body.keys() >= {"msg", "code", "request_id"}
    assert response.headers["X-Request-ID"] == body["request_id"]
    return response.status_code, body["code"]


def test_a_plain_view_is_closed_to_strangers(org):
    response = APIClient().get("/vault/plain", headers={"Org": org.slug})
    assert errors_of(response) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "JWT"


def test_a_plain_view_knows_the_member(member):
    client = member("reader")
    assert client.get("/vault/plain").json() == {"user": client.username}


def test_a_reader_may_not_write_on_a_plain_view(member):
    assert errors_of(member("reader").post("/vault/plain")) == (403, "permission_denied")


def test_an_editor_may_write_on_a_plain_view(member):
    assert member("editor").post("/vault/plain").status_code == 200


def test_a_public_view_is_open_and_knows_nobody(org, member):
    assert APIClient().get("/vault/open", headers={"Org": org.slug}).json() == {"user": "AnonymousUser"}
    assert member().get("/vault/open").json() == {"user": "AnonymousUser"}


def test_without_org_is_a_400():
    assert errors_of(APIClient().get("/vault/open")) == (400, "validation_error")


def test_an_unknown_org_is_a_404():
    assert errors_of(APIClient().get("/vault/open", headers={"Org": "nobody"})) == (404, "not_found")


@pytest.mark.parametrize("slug", ["../demo", "template", "control", "a\x00b", "A" * 5000, "ünï"])
def test_an_odd_org_is_a_404(slug):
    assert errors_of(APIClient().get("/vault/open", HTTP_ORG=slug)) == (404, "not_found")


def test_a_token_of_another_organisation_is_a_403(member, make_org):
    client = member()
    other = make_org()
    response = client.get("/vault/plain", headers={"Org": other.slug})
    assert errors_of(response) == (403, "permission_denied")


def test_a_genuine_session_id_in_a_token_for_the_other_organisation_finds_nobody(member, make_org):
    """Even whoever could sign tokens gets no further with a session of elsewhere: it is not in that database."""
    other, client = make_org(), member()
    session = session_service.get(user_id=client.id)
    forged = AccessToken.make(sub=client.id, org=other.key, sid=session.pk)
    response = APIClient().get("/vault/plain", headers={"Org": other.slug, "Authorization": f"JWT {forged}"})
    assert errors_of(response) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/vault/health/not-public", "/vault/site/not-public"])
def test_what_is_not_public_outside_organisations_is_for_operators(member, path):
    assert errors_of(APIClient().get(path)) == (401, "unauthenticated")
    assert errors_of(member().get(path)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "header",
    ["", "JWT", "JWT ", "Basic YTpi", "JWT a.b.c", "JWT " + "x" * 10_000, "Bearer null"],
)
def test_a_header_that_is_no_token_is_a_401(org, header):
    response = APIClient().get("/vault/plain", headers={"Org": org.slug, "Authorization": header})
    assert errors_of(response) == (401, "unauthenticated")


@pytest.mark.parametrize("kind", [RefreshToken, SiteToken])
def test_a_token_made_for_another_purpose_is_a_401(org, kind):
    token = kind.make(sub="x", org=org.key, sid="x")
    response = APIClient().get("/vault/plain", headers={"Org": org.slug, "Authorization": f"JWT {token}"})
    assert errors_of(response) == (401, "unauthenticated")


def test_a_token_that_expired_a_second_ago_is_a_401(org):
    token = AccessToken.make(sub="x", org=org.key, sid="x")
    token["exp"] = token["iat"] - 1
    response = APIClient().get("/vault/plain", headers={"Org": org.slug, "Authorization": f"JWT {token}"})
    assert errors_of(response) == (401, "unauthenticated")


def test_a_suspended_organisation_is_a_403(org):
    organisation_service.update(organisation_service.get(key=org.key), status="suspended")
    forget(org.slug)
    assert errors_of(APIClient().get("/vault/open", headers={"Org": org.slug})) == (403, "permission_denied")


def test_a_streamed_body_reads_the_organisations_database(member, org):
    Group.objects.create(name="alpha")
    Group.objects.create(name="beta")
    response = member("reader").get("/vault/streamed")
    assert Context().run(_read_outside, response) == b"alpha\nbeta\n"


def _read_outside(response):
    """The body, read as a server does: when the request's own code is done, and no organisation is current."""
    assert tenancy.current_or_none() is None
    try:
        return b"".join(response.streaming_content)
    finally:
        connections.close_all()


def test_a_bare_message_is_completed(member):
    response = member().get("/vault/bare")
    assert errors_of(response) == (409, "conflict")
    assert response.json()["msg"] == "Not today."


def test_an_exception_says_nothing_internal(member):
    client = member()
    client.raise_request_exception = False
    response = client.get("/vault/raises")
    assert errors_of(response) == (500, "internal_error")
    assert "swordfish" not in response.content.decode()


def test_an_unknown_path_is_a_404_in_the_sites_shape(org):
    assert errors_of(APIClient().get("/vault/nothing/here", headers={"Org": org.slug})) == (404, "not_found")


def test_the_clients_request_id_is_kept_where_it_is_well_formed(org):
    good = APIClient().get("/vault/open", headers={"Org": org.slug, "X-Request-ID": "abc-12345"})
    bad = APIClient().get("/vault/open", headers={"Org": org.slug, "X-Request-ID": "a\tb<script>"})
    assert good.headers["X-Request-ID"] == "abc-12345"
    assert "script" not in bad.headers["X-Request-ID"]
