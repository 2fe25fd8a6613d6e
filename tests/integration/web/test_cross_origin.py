"""Web pages of other origins: none by default, those of the settings exactly, and errors that they can read."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from VaultPlatform.config.sections import BaseSection

APP = "https://app.example.org"
#: Near misses of it.
OTHERS = (
    "https://app.example.org.evil.example",
    "https://evil-app.example.org",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://APP.example.org/",
    "null",
    "*",
)


@pytest.fixture
def allowed(settings: Any) -> None:
    """What `Base.cors_origins` makes of the settings."""
    settings.CORS_ALLOWED_ORIGINS = [APP]
    place = settings.MIDDLEWARE.index("VaultPlatform.web.errors.ErrorMiddleware")
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:place],
        "corsheaders.middleware.CorsMiddleware",
        *settings.MIDDLEWARE[place:],
    ]


def preflight(origin: str, method: str = "PATCH", wanted: str = "org,authorization,content-type") -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": wanted,
    }
    return APIClient().options("/vault/documents", headers=headers)


def told(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("Access-Control")}


def test_by_default_no_page_of_another_origin_may_ask(org: Any, client_for: Any) -> None:
    assert told(client_for(org).get("/vault/documents", headers={"Origin": APP})) == {}
    answer = preflight(APP)
    assert (answer.status_code, told(answer)) == (400, {})


def test_a_preflight_is_answered_without_a_sign_in(allowed: None) -> None:
    answer = preflight(APP)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert {"org", "authorization", "content-type"} <= set(
        answer.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_answer_may_be_read(allowed: None, org: Any, client_for: Any) -> None:
    answer = client_for(org).get("/vault/documents", headers={"Origin": APP})
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
    assert "origin" in answer.headers["Vary"].lower()
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_so_may_an_error_whoever_made_it(allowed: None, org: Any, client_for: Any) -> None:
    origin = {"Origin": APP}
    errors = {
        401: APIClient().get("/vault/documents", headers={"Org": org.slug, **origin}),
        400: APIClient().get("/vault/documents", headers=origin),
        404: client_for(org).get("/vault/nowhere", headers=origin),
        405: client_for(org).put("/vault/documents", headers=origin),
    }
    for status, answer in errors.items():
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, APP)


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_origin_is_let_in(allowed: None, org: Any, client_for: Any, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in told(preflight(origin))
    answer = client_for(org).get("/vault/documents", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in told(answer)


@pytest.mark.parametrize(
    "origin",
    ["*", "app.example.org", "https://app.example.org/", "https://*.example.org", "null", "file://x"],
)
def test_a_setting_that_is_no_exact_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        BaseSection.model_validate({"cors_origins": (origin,)})


@pytest.mark.parametrize("origin", [APP, "http://localhost:5173", "http://[::1]:8080"])
def test_exact_origins_are_taken(origin: str) -> None:
    assert BaseSection.model_validate({"cors_origins": (origin,)}).cors_origins == (origin,)
