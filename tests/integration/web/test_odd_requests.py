"""Requests that no honest client sends: each is answered in the site's shape, and no 500 goes without a log line."""

import io
import json

import pytest
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.test import APIClient

from NimbusVault.wsgi import application
from VaultPlatform.identity.tokens import AccessToken
from VaultPlatform.web.wsgi import VaultRequest


def ask(path, *, content_type="", query="", body=b"", method="GET", **environ):
    """A request to the WSGI application itself, as a server makes it: (status, JSON)."""
    told = []
    environ |= {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    response = application(environ, lambda status, headers: told.append(int(status[:3])))
    content = b"".join(response)
    response.close()
    return told[0], json.loads(content)


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "zlib", "punycode", "undefined", "unicode_escape", "no-such", "a b"]
)
def test_an_odd_character_set_is_no_servers_error(django_db_setup, charset):
    status, body = ask("/vault/health/live", content_type=f"text/plain; charset={charset}", query="x=%C3%A4")
    assert (status, body["status"]) == (200, "ok")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain; charset=utf-8; charset=zlib",
        "text/plain; charset*=utf-8''zlib",
        "text/plain; charset*=utf-8''a%00b",
        "multipart/form-data; boundary*=no-such''x",
        "multipart/form-data; boundary*=idna''%ff",
        "text/plain; x*=undefined''y",
    ],
)
def test_an_odd_header_of_the_content_is_no_servers_error(django_db_setup, content_type):
    status, body = ask("/vault/health/live", content_type=content_type, query="x=%C3%A4")
    assert (status, body["status"]) == (200, "ok")
    status, body = ask("/vault/site/token", content_type=content_type, body=b"x", method="POST")
    assert (status, body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", "latin-1"])
def test_a_usual_character_set_is_kept(charset):
    environ = {
        "REQUEST_METHOD": "GET",
        "wsgi.input": io.BytesIO(),
        "CONTENT_TYPE": f"text/plain; charset={charset}",
    }
    assert VaultRequest(dict(environ)).encoding == WSGIRequest(dict(environ)).encoding


def test_a_lone_surrogate_in_a_message_is_escaped(org, client_for):
    response = client_for(org).post(
        "/vault/users",
        data='{"username": "b", "password": "long enough 42", "\\ud800": 1}',
        content_type="application/json",
    )
    assert response.status_code == 400
    assert "\\ud800" in response.json()["msg"]


@pytest.mark.parametrize("claims", [{"sid": "x"}, {}, {"sid": "not a uuid", "sub": "x"}])
def test_a_genuine_token_that_names_nobody_is_a_401(org, claims):
    token = AccessToken.make(org=org.key, **claims)
    response = APIClient().get("/vault/auth/me", headers={"Org": org.slug, "Authorization": f"JWT {token}"})
    assert response.status_code == 401


def test_what_breaks_before_the_view_is_answered_and_logged(org, client_for, monkeypatch, caplog):
    from VaultPlatform.identity import gate

    client = client_for(org)

    def breaks(_session_id):
        raise RuntimeError("the table is on fire")

    monkeypatch.setattr(gate, "member_of_session", breaks)
    response = client.get("/vault/auth/me")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "on fire" not in response.content.decode()
    assert "request_failed" in caplog.text


def test_the_swagger_page_takes_no_other_methods(django_db_setup):
    for method in ("options", "post", "delete"):
        assert getattr(APIClient(), method)("/vault/api/swagger/").status_code == 405


def test_a_folder_that_no_index_takes_is_a_400(org, client_for):
    body = {"file": io.BytesIO(b"x"), "folder": "\U00020000" * 1000}
    body["file"].name = "a.txt"
    response = client_for(org).post("/vault/documents", body, format="multipart")
    assert response.status_code == 400
    assert "folder" in response.json()["msg"]


def test_names_that_differ_in_case_only_are_refused_by_the_table(org):
    from django.db import IntegrityError

    from VaultManagement.Users.bll.service import user_service

    user_service.create(username="Ada")
    with pytest.raises(IntegrityError):
        user_service.create(username="aDA")
