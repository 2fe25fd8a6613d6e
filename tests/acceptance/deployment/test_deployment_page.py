"""The page on deployment, followed: its servers, its settings, its proxy, on this machine."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.deployment.proxy import NAME, proxy_as_in
from tests.acceptance.readme.fences import blocks_of
from tests.acceptance.readme.reader import Reader, free_port
from tests.acceptance.readme.servers import broker, database_as_in
from tests.site import DATABASE

PAGE = "docs/deployment.md"
PASSWORD = "a pass phrase of eight words or so"
REDIS = os.environ.get("VAULT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")

pytestmark = [
    pytest.mark.timeout(350),
    pytest.mark.postgres,
    pytest.mark.rabbitmq,
    pytest.mark.redis,
    pytest.mark.skipif(DATABASE != "postgresql", reason="the page is about PostgreSQL"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A site behind the proxy; `curl` begins commands that ask it."""

    reader: Reader
    plain: int
    curl: str


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    settings = json.loads(block("Settings", "json"))
    with ExitStack() as stack:
        settings["Database"] |= stack.enter_context(database_as_in(block("PostgreSQL", "sql")))
        broker_url = stack.enter_context(broker())
        reader = Reader(tmp_path / "nimbusvault")
        stack.callback(reader.leave)
        reader.write("VaultSettings.json", json.dumps(settings))
        reader.variables |= {
            "VAULT_HOME": str(tmp_path / "home"),
            "VAULT_DATABASE_PASSWORD": "choose one",
            "VAULT_BROKER_URL": str(broker_url),
            "VAULT_CACHE_URL": REDIS,
            "VAULT_ADMIN_PASSWORD": PASSWORD,
        }
        reader.start(service("ExecStart").replace("/srv/nimbusvault/", ""))
        (folder := tmp_path / "nginx").mkdir()
        plain, secure = free_port(), free_port()
        certificate = stack.enter_context(
            proxy_as_in(
                block("The proxy", "nginx"), folder=folder, site=reader.port, plain=plain, secure=secure
            )
        )
        ports = " ".join(
            f"--connect-to {NAME}:{usual}:127.0.0.1:{ours}" for usual, ours in ((443, secure), (80, plain))
        )
        yield Deployed(reader=reader, plain=plain, curl=f"curl -sS --cacert {certificate} {ports}")


def test_the_site_is_reached_by_tls_through_the_proxy(deployed: Deployed) -> None:
    reader, curl = deployed.reader, deployed.curl
    site = f"https://{NAME}/vault"
    asked = json.dumps({"username": "admin", "password": PASSWORD})
    token = json.loads(
        reader.type(
            f"{curl} {site}/auth/token -H 'Org: demo' -H 'Content-Type: application/json' -d '{asked}'"
        )
    )["access"]
    member = f"{curl} -H 'Org: demo' -H 'Authorization: JWT {token}'"

    reader.type("head -c 3000000 /dev/urandom > large.bin")
    document = json.loads(reader.type(f"{member} -F file=@large.bin {site}/documents"))
    got = f"{member} {site}/documents/{document['id']}/content | sha256sum"
    assert document["version"]["sha256"] in reader.type(got)

    headers = reader.type(f"{curl} -D - -o /dev/null {site}/health/ready").lower()
    assert "strict-transport-security: max-age=31536000; includesubdomains; preload" in headers
    moved = reader.type(
        f"{curl} -o /dev/null -w '%{{http_code}} %{{redirect_url}}' http://{NAME}/vault/auth/me"
    )
    assert moved.split() == ["301", f"{site}/auth/me"]
    past_the_proxy = f"curl -s -o /dev/null -w '%{{http_code}}' http://127.0.0.1:{reader.port}/vault/auth/me"
    assert reader.type(past_the_proxy).strip() == "301"

    assert block("Settings", "text", number=-1).strip() in reader.type(block("Settings", "sh"))
    reader.press_ctrl_c()


def test_the_application_cannot_change_the_audit_trail_even_as_owner(deployed: Deployed) -> None:
    program = """from django.db import connection
with connection.cursor() as cursor: cursor.execute('DELETE FROM audit_entry')"""
    tried = f'VAULT_ORG=demo .venv/bin/python manage.py shell -v 0 -c "{program}" 2>&1 || true'
    assert "permission denied for table audit_entry" in deployed.reader.type(tried)
    deployed.reader.press_ctrl_c()


def block(section: str, language: str, number: int = 0) -> str:
    return [each for each in blocks_of(PAGE) if (each.section, each.language) == (section, language)][
        number
    ].text


def service(key: str) -> str:
    [value] = re.findall(rf"^{key}=(.*)$", block("The service", "ini"), flags=re.MULTILINE)
    return str(value)
