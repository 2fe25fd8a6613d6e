"""A real PgBouncer in transaction mode before the test server, where one is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests import services

#: Sessions that it holds with the server, for all databases of one role.
SESSIONS = 4


@contextmanager
def pgbouncer(server: str) -> Iterator[tuple[str, int]]:
    """Host and port of one that passes everything on to `server`, for the time of the block.

    Raises CannotUse if it is not installed.
    """
    port = services._free_port()
    wanted = conninfo_to_dict(server)
    url = psycopg.conninfo.make_conninfo(server, host="127.0.0.1", port=port, sslmode="disable")

    def check(url: str) -> None:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error as error:
            raise services.CannotUse(f"PgBouncer: {error}") from error

    def recipe(folder: Path) -> services.Recipe:
        binary = services._binary("pgbouncer", "usr/sbin")
        names = {"host": "host", "port": "port", "user": "user", "password": "password"}
        target = " ".join(f"{name}={wanted[key]}" for key, name in names.items() if wanted.get(key))
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": SESSIONS,
            "server_round_robin": 1,  # the worst for whoever leaves something behind: the next statement is elsewhere
            "max_client_conn": 100,
        }
        lines = ["[databases]", f"* = {target}", "[pgbouncer]", *(f"{k} = {v}" for k, v in settings.items())]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        return services.Recipe(
            url=url, command=(binary, str(folder / "pgbouncer.ini")), users=("postgres", "nobody")
        )

    kind = services.Kind(name="PgBouncer", variable="", usual_urls=(), check=check, recipe=recipe)
    with services._started(kind):
        yield "127.0.0.1", port
