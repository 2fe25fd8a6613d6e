"""Readiness over HTTP: 200, or 503 with the component that is broken, and never what broke it."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from rest_framework.test import APIClient

from tests.clients import statements

pytestmark = pytest.mark.usefixtures("django_db_setup")


def ready() -> Any:
    return APIClient().get("/vault/health/ready")


def test_a_site_that_is_well_is_ready_without_signing_in() -> None:
    response = ready()
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert {"database", "storage", "plugins"} <= response.json()["components"].keys()
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("org")
def test_live_is_ok_and_asks_no_database() -> None:
    with statements() as counted:
        response = APIClient().get("/vault/health/live")
        assert counted() == {"default": 0, "control": 0}
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_storage_that_takes_no_file_is_a_503_that_names_it(tmp_path: Path) -> None:
    with override_settings(VAULT_HOME=tmp_path / "unmounted"):
        response = ready()
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (503, "unavailable", "unavailable")
    assert body["components"]["storage"]["status"] == "failing"
    assert body["components"]["database"] == {"status": "ok"}
    assert "unmounted" not in response.content.decode()


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """New connections to the site's database lead nowhere, those of this thread stay."""
    there = connections["control"].settings_dict
    nowhere = {"HOST": "127.0.0.1", "PORT": "9", "NAME": "file:/nowhere/at/all.sqlite3?mode=rw"}
    if connections["control"].vendor == "postgresql":
        nowhere["NAME"] = there["NAME"]
    monkeypatch.setattr(connections, "settings", {**connections.settings, "control": {**there, **nowhere}})


@pytest.mark.usefixtures("no_database")
def test_a_database_that_cannot_be_reached_is_a_503_that_names_it() -> None:
    response = ready()
    assert response.status_code == 503
    assert response.json()["components"]["database"]["status"] == "failing"
    assert response.json()["components"]["storage"] == {"status": "ok"}
    for secret in ("127.0.0.1", "nowhere", "Error"):
        assert secret not in response.content.decode()
    assert APIClient().get("/vault/health/live").status_code == 200


def test_a_broker_that_cannot_be_reached_is_a_warning_that_names_it() -> None:
    """Requests are served without it; what is for the background waits."""
    celery = {
        **settings.CELERY_SETTINGS,
        "broker_url": "redis://127.0.0.1:9/0",
        "broker_transport_options": {},
    }
    with override_settings(CELERY_SETTINGS=celery):
        response = ready()
    assert response.status_code == 200
    assert response.json()["components"]["broker"]["status"] == "warning"
    assert "127.0.0.1" not in response.content.decode()


def test_a_broker_of_files_is_no_component() -> None:
    assert "broker" not in ready().json()["components"]
