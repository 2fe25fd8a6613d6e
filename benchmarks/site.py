"""One of the two sites in a process of its own: `python -m benchmarks.site vault|bare|stripped DATABASE_JSON HOME`.

A folder behind HOME has the plugins that are on in the vault, in place of the one that is measured otherwise.
Reads a request a line from standard input and answers a line with status, body, seconds in the application, and the
number of messages that the application sent to PostgreSQL.
"""

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PASSWORD = "benchmark password"  # of a throw-away site
PLUGINS = Path(__file__).parent / "plugins"


def main() -> None:
    """Serve requests until standard input ends."""
    kind, database, home = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])
    plugins = Path(sys.argv[4]) if sys.argv[4:] else PLUGINS
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    app, headers = (
        _vault(database, home, plugins)
        if kind == "vault"
        else _bare(database, home, stripped=kind == "stripped")
    )
    print(json.dumps({"ready": kind}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_serve(app, headers, **json.loads(line))), file=answers, flush=True)


def _vault(database: dict[str, Any], home: Path, plugins: Path = PLUGINS) -> tuple[Any, dict[str, str]]:
    base: dict[str, Any] = {
        "active_plugins": sorted(folder.name for folder in plugins.glob("*_Plugin")),
        "plugin_dirs": [str(plugins)],
        "plugin_errors": "refuse",
        # Requests are counted as on any site; the limits are out of reach.
        **{f"throttle_{asking}": "9000000/min" for asking in ("organisation", "principal", "anonymous")},
    }
    (home / "VaultSettings.json").write_text(json.dumps({"Base": base, "Database": database}))
    os.environ |= {"VAULT_HOME": str(home), "VAULT_SETTINGS": str(home / "VaultSettings.json")}
    from NimbusVault.wsgi import application
    from VaultManagement.Users.bll.service import user_service
    from VaultPlatform import tenancy

    tenancy.migrate_everything(verbosity=0)
    with tenancy.use(tenancy.create_organisation(slug="bench", name="Benchmark")):
        user_service.create(username="bench", password=PASSWORD, role="editor")
    headers = {"HTTP_ORG": "bench"}
    sign_in = {"username": "bench", "password": PASSWORD}
    answer = _serve(application, headers, method="POST", path="/vault/auth/token", body=sign_in)
    return application, {**headers, "HTTP_AUTHORIZATION": f"JWT {answer['body']['access']}"}


def _bare(database: dict[str, Any], home: Path, *, stripped: bool) -> tuple[Any, dict[str, str]]:
    from benchmarks.bare_site import bare_site
    from VaultPlatform.config import DatabaseSection
    from VaultPlatform.tenancy.databases import database_settings

    # The vault's own connection options, on Django's own backends.
    same = database_settings(DatabaseSection.model_validate(database), home)["default"]
    if database["engine"] == "sqlite":
        same |= {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "bare.sqlite3")}
    else:
        same |= {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": False}
        del same["OPTIONS"]["pooled"]
    return bare_site({"default": same}, stripped=stripped), {}


def _serve(
    app: Any, headers: dict[str, str], *, method: str, path: str, body: Any = None, trace: bool = False
) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        **headers,
    }
    content = b"" if body is None else json.dumps(body).encode()
    environ |= {
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
    }
    statuses: list[str] = []

    def start_response(status: str, *_: Any) -> Callable[[bytes], None]:
        statuses.append(status)
        return lambda _: None

    with _messages() if trace else _nothing() as messages:
        started, computing = time.perf_counter(), time.thread_time()
        response = app(environ, start_response)
        answer = b"".join(response)
        response.close()
        seconds, computed = time.perf_counter() - started, time.thread_time() - computing
    shown = json.loads(answer) if answer else None
    return {
        "status": int(statuses[0][:3]),
        "body": shown,
        "seconds": seconds,
        "computed": computed,
        "messages": messages.get("sent"),
    }


@contextmanager
def _messages() -> Iterator[dict[str, Any]]:
    """Count the query messages that libpq sends, over all connections that are open."""
    from django.db import connections

    counted: dict[str, Any] = {}
    opened = [c for c in connections.all(initialized_only=True) if c.vendor == "postgresql" and c.connection]
    with tempfile.TemporaryFile() as file:
        for connection in opened:
            connection.connection.pgconn.trace(file.fileno())
        try:
            yield counted
        finally:
            for connection in opened:
                connection.connection.pgconn.untrace()
            file.seek(0)
            sent = [line for line in file.read().splitlines() if b"\tF\t" in line]
            counted["sent"] = sum(1 for line in sent if line.split(b"\t")[3] in {b"Query", b"Execute"})


@contextmanager
def _nothing() -> Iterator[dict[str, Any]]:
    yield {}


if __name__ == "__main__":
    main()
