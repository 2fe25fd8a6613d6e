"""The real servers that tests need: found, or started from installed binaries for the time of the run.

For each of PostgreSQL, Redis and RabbitMQ, in this order: the URL in its `VAULT_TEST_…_URL`; the usual loopback
port, when something there lets us in; a server of our own in a temporary folder, on a temporary port, never as
root. A server that we started ends with us, whatever ends us. PostgreSQL is rather our own: one that need not keep
what it is given makes an organisation in a quarter of the time.
"""

import contextlib
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from VaultPlatform.serving import keeper

START_SECONDS = 90.0
GRACE_SECONDS = 10.0
CONNECT_SECONDS = 3


class CannotUse(Exception):
    """A server cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to run a server: the commands before it, its own, and the unprivileged users that root may run it as."""

    url: str
    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    users: tuple[str, ...] = ("nobody",)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of server: where it is usually found, how to tell that it works, how to run one."""

    name: str
    variable: str
    usual_urls: tuple[str, ...]
    #: Raises CannotUse unless the server at the URL does what tests need.
    check: Callable[[str], None]
    #: For an empty folder; raises CannotUse when it is not installed.
    recipe: Callable[[Path], Recipe]
    #: Whether a server of our own is better than one on the usual port.
    rather_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of one kind: a URL and where it is from, or no URL and why."""

    kind: Kind
    url: str | None
    words: str


@contextlib.contextmanager
def all_services() -> Iterator[list[Found]]:
    """Find or start every kind of server; those started here end with the block."""
    with contextlib.ExitStack() as stack:
        yield [_find(kind, stack) for kind in (POSTGRESQL, REDIS, RABBITMQ)]


def _find(kind: Kind, stack: contextlib.ExitStack) -> Found:
    if url := os.environ.get(kind.variable):
        kind.check(url)
        return Found(kind=kind, url=url, words=f"from {kind.variable}")
    if not kind.rather_own and (found := _usual(kind)):
        return found
    try:
        url = stack.enter_context(_started(kind))
    except CannotUse as error:
        return _usual(kind) or Found(kind=kind, url=None, words=str(error))
    return Found(kind=kind, url=url, words="started for this run")


def _usual(kind: Kind) -> Found | None:
    for url in kind.usual_urls:
        with contextlib.suppress(CannotUse):
            kind.check(url)
            return Found(kind=kind, url=url, words="found running on its usual port")
    return None


@contextlib.contextmanager
def _started(kind: Kind) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix=f"vault-{kind.name.lower()}-"))
    try:
        recipe = kind.recipe(folder)
        with _running(kind, recipe, folder):
            yield recipe.url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(kind: Kind, recipe: Recipe, folder: Path) -> Iterator[None]:
    as_user = unprivileged(recipe.users, folder)
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C", **recipe.environment}
    log = folder / "log"
    with log.open("wb") as output:
        for command in recipe.before:
            done = subprocess.run(
                (*as_user, *command), cwd=folder, env=environment, stdout=output, stderr=output, check=False
            )
            if done.returncode:
                raise CannotUse(f"{command[0]} failed: {_last_words(log)}")
        process = subprocess.Popen(
            keeper.command_line((*as_user, *recipe.command), grace_seconds=GRACE_SECONDS),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    try:
        _wait_until_usable(kind, recipe, process, log)
        yield
    finally:
        process.communicate()  # closes its standard input, which ends it


def _wait_until_usable(kind: Kind, recipe: Recipe, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return kind.check(recipe.url)
        except CannotUse as error:
            if process.poll() is not None:
                raise CannotUse(f"{recipe.command[0]} ended at once: {_last_words(log)}") from error
            if time.monotonic() > deadline:
                raise CannotUse(f"{recipe.command[0]} was not usable in time: {error}") from error
        time.sleep(0.2)


def unprivileged(users: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """The prefix that runs a command as somebody who is not root; the folder becomes theirs."""
    if os.geteuid() != 0:
        return ()
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next((known[name] for name in users if name in known), None)
    if user is None or not shutil.which("setpriv"):
        raise CannotUse(f"as root it is only started through setpriv and one of the users {', '.join(users)}")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")


def _last_words(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) or "it said nothing"


def _binary(name: str, *folders: str) -> str:
    """The newest installed one; Debian keeps some servers outside of PATH."""
    found = [
        str(path)
        for pattern in folders
        for path in sorted(Path("/").glob(pattern + "/" + name), reverse=True)
    ]
    if on_path := shutil.which(name):
        found.insert(0, on_path)
    if not found:
        raise CannotUse(f"{name} is not installed and nothing answers on the usual port")
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _check_postgresql(url: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            role = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            row = connection.execute(role).fetchone()
    except psycopg.Error as error:
        raise CannotUse(f"PostgreSQL: {error}") from error
    if not row or not row[0]:
        raise CannotUse("PostgreSQL: the role may not create databases")


def _postgresql_recipe(folder: Path) -> Recipe:
    data, port = str(folder / "data"), _free_port()
    programs = "usr/lib/postgresql/*/bin"
    initdb, postgres = _binary("initdb", programs), _binary("postgres", programs)
    return Recipe(
        url=f"postgresql://postgres@127.0.0.1:{port}/postgres",
        before=((initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),),
        command=(
            *(postgres, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)),
            *("-c", "fsync=off", "-c", "max_connections=200"),
        ),
        users=("postgres", "nobody"),
    )


def _check_redis(url: str) -> None:
    import redis

    client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS)
    try:
        client.ping()
    except redis.RedisError as error:
        raise CannotUse(f"Redis: {error}") from error
    finally:
        client.close()


def _redis_recipe(folder: Path) -> Recipe:
    port = str(_free_port())
    options = (
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "no",
    )
    return Recipe(
        url=f"redis://127.0.0.1:{port}/0",
        command=(_binary("redis-server"), *options),
        users=("redis", "nobody"),
    )


def _check_rabbitmq(url: str) -> None:
    from kombu import Connection
    from kombu.exceptions import OperationalError

    try:
        with Connection(url, connect_timeout=CONNECT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    except (OperationalError, OSError) as error:
        raise CannotUse(f"RabbitMQ: {error}") from error


def _rabbitmq_recipe(folder: Path) -> Recipe:
    port = str(_free_port())
    # Debian's wrapper in PATH insists on root; the program behind it does not.
    server = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return Recipe(
        url=f"amqp://guest:guest@127.0.0.1:{port}//",
        command=(str(server) if server.exists() else _binary("rabbitmq-server"),),
        environment={
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(_free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_DIST_PORT": str(_free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_NODENAME": f"vault-test-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": port,
        },
        users=("rabbitmq", "nobody"),
    )


POSTGRESQL = Kind(
    name="PostgreSQL",
    variable="VAULT_TEST_POSTGRES_URL",
    usual_urls=(
        "postgresql://postgres@127.0.0.1:5432/postgres",
        "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
        f"postgresql://{getpass.getuser()}@127.0.0.1:5432/postgres",
    ),
    check=_check_postgresql,
    recipe=_postgresql_recipe,
    rather_own=True,
)
REDIS = Kind(
    name="Redis",
    variable="VAULT_TEST_REDIS_URL",
    usual_urls=("redis://127.0.0.1:6379/0",),
    check=_check_redis,
    recipe=_redis_recipe,
)
RABBITMQ = Kind(
    name="RabbitMQ",
    variable="VAULT_TEST_RABBITMQ_URL",
    usual_urls=("amqp://guest:guest@127.0.0.1:5672//",),
    check=_check_rabbitmq,
    recipe=_rabbitmq_recipe,
)
