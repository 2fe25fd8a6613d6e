"""What every answer tells browsers and proxies, and that nobody but a trusted proxy is believed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PROXY, STRANGER = "10.0.0.7", "203.0.113.9"


def answers(client: Any, org: Any) -> dict[str, Any]:
    """Answers of every kind."""
    stranger = APIClient(headers={"Org": org.slug})
    return {
        "read": client.get("/vault/documents"),
        "refused": stranger.get("/vault/documents"),
        "malformed": client.post("/vault/users", "{", content_type="application/json"),
        "absent": client.get("/vault/nowhere"),
        "no organisation": APIClient().get("/vault/documents"),
        "wrong verb": client.put("/vault/documents"),
        "options": client.options("/vault/documents"),
        "head": client.head("/vault/documents"),
        "public": APIClient().get("/vault/health/live"),
        "a redirect": client.get("/vault/plain/away"),
        "outside": APIClient().get("/"),
        "another host": APIClient().get("/vault/health/live", HTTP_HOST="elsewhere.example.org"),
    }


def test_every_answer_has_the_headers(plain: None, org: Any, client_for: Any) -> None:
    for kind, answer in answers(client_for(org), org).items():
        assert EVERYWHERE.items() <= dict(answer.headers).items(), kind
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'", kind
        assert answer.headers["Cache-Control"] == "no-store", kind
        assert "Strict-Transport-Security" not in answer.headers


def test_nothing_sets_a_cookie(plain: None, org: Any, client_for: Any) -> None:
    for kind, answer in answers(client_for(org), org).items():
        assert not answer.cookies, kind


def test_a_view_may_say_that_its_answer_is_kept(plain: None, org: Any) -> None:
    answer = APIClient().get("/vault/plain/open", headers={"Org": org.slug})
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_content_keeps_its_own_policy(org: Any, client_for: Any) -> None:
    client = client_for(org)
    form = {"file": SimpleUploadedFile("a.html", b"<script>", "text/html")}
    document = client.post("/vault/documents", form, format="multipart").json()
    answer = client.get(f"/vault/documents/{document['id']}/content")
    answer.close()
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_swagger_page_needs_nothing_inline(django_db_setup: None) -> None:
    page = APIClient().get("/vault/api/swagger/")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    text = page.content.decode()
    assert text.count("<script") == text.count("<script src=") == 3
    assert "<style" not in text
    assert " style=" not in text
    assert "onload" not in text


def test_its_script_is_a_script_of_the_site(django_db_setup: None) -> None:
    script = APIClient().get("/vault/api/swagger/", {"script": "", "lang": "</script>'\"\\"})
    assert script.headers["Content-Type"] == "application/javascript"
    assert '"/vault/api/schema' in script.content.decode().replace("\\u002D", "-")
    assert "</script>" not in script.content.decode()


@pytest.fixture
def https(org: Any, client_for: Any, settings: Any) -> Any:
    """A member's client, of a site whose settings are what `Base.https` and a trusted proxy make of them."""
    client = client_for(org)
    settings.TRUSTED_PROXIES = (PROXY,)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600
    return client


def test_plain_http_is_sent_to_https(https: Any) -> None:
    answer = https.get("/vault/documents", REMOTE_ADDR=PROXY)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/vault/documents")
    assert "Strict-Transport-Security" not in answer.headers


def test_a_trusted_proxy_says_that_it_is_https(https: Any) -> None:
    answer = https.get("/vault/documents", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO="https")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=3600"


def test_nobody_else_is_believed_that_it_is_https(https: Any) -> None:
    answer = https.get("/vault/documents", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_PROTO="https")
    assert answer.status_code == 301


def test_health_is_asked_on_the_machine_itself(https: Any) -> None:
    assert APIClient().get("/vault/health/live").status_code == 200


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "Forwarded", "X-Real-IP", "X-Host"],
)
@pytest.mark.parametrize("peer", [PROXY, STRANGER])
def test_no_header_changes_the_host(https: Any, header: str, peer: str) -> None:
    headers = {header: "host=evil.example.org" if header == "Forwarded" else "evil.example.org"}
    answer = https.get("/vault/documents", headers=headers, REMOTE_ADDR=peer)
    assert answer.headers["Location"] == "https://testserver/vault/documents"


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_no_header_changes_the_method(org: Any, client_for: Any, header: str) -> None:
    reader = client_for(org, "reader")
    answer = reader.post("/vault/documents", headers={header: "GET"})
    assert answer.status_code == 403
    assert reader.get("/vault/documents", headers={header: "DELETE"}).status_code == 200
    assert reader.post("/vault/documents", {"_method": "GET"}).status_code == 403


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL", "X-Script-Name", "X-Forwarded-Prefix"])
def test_no_header_changes_the_path(org: Any, client_for: Any, header: str) -> None:
    answer = APIClient().get("/vault/documents", headers={"Org": org.slug, header: "/vault/health/live"})
    assert answer.status_code == 401
