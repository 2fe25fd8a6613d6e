"""Threads that send interleaved requests for many organisations, a tenth of which fail, and note every foreign row."""

import logging
import os
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections
from django.test import Client

from VaultPlatform.tenancy import Organisation, use

THREADS = 4
#: Of ten requests: four reads, three of them in a transaction, two writes, and one that fails.
ROUTES = (*["read"] * 4, *["read_in_transaction"] * 3, *["write"] * 2, "")
FAILURES = ("fail_in_transaction", "fail_in_statement")


@dataclass(kw_only=True)
class Account:
    """What the threads saw."""

    #: Answers that a request for its organisation should not have got.
    wrong: list[str] = field(default_factory=list)
    served_by: set[int] = field(default_factory=set)
    requests: int = 0
    failures: int = 0
    written: dict[str, set[str]] = field(default_factory=dict)
    #: The most sessions of the database, or open files of organisations, that a thread counted at its end.
    sessions: int = 0
    files: int = 0


class Crowd:
    """Sends `each` requests for every organisation, in random order, from all threads at a time."""

    def __init__(
        self, organisations: Sequence[Organisation], *, each: int, stop_at_first: bool = False
    ) -> None:
        self.account = Account(written={organisation.slug: set() for organisation in organisations})
        self._stop_at_first = stop_at_first
        order = [(organisation, number) for organisation in organisations for number in range(each)]
        random.Random(7).shuffle(order)
        self._shares = [order[start::THREADS] for start in range(THREADS)]
        self._together = threading.Barrier(THREADS)
        self._lock = threading.Lock()

    def run(self) -> Account:
        connections.close_all()
        logging.disable(logging.CRITICAL)  # a thousand tracebacks that are meant
        threads = [threading.Thread(target=self._work, args=(share,)) for share in self._shares]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            logging.disable(logging.NOTSET)
        return self.account

    def _work(self, share: list[tuple[Organisation, int]]) -> None:
        client = Client(raise_request_exception=False)
        try:
            for organisation, number in share:
                if self._stop_at_first and self.account.wrong:
                    break
                self._request(client, organisation, number)
            self._together.wait(60)
            self._count_open()
            self._together.wait(60)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test is to show it
            self._note(f"a thread ended with {error!r}")
            self._together.abort()
        finally:
            connections.close_all()

    def _request(self, client: Client, organisation: Organisation, number: int) -> None:
        route = ROUTES[number % len(ROUTES)] or FAILURES[number // len(ROUTES) % len(FAILURES)]
        name = f"{organisation.slug}-{number}"
        answer = client.get(f"/vault/bleed/{route}", {"name": name}, headers={"Org": organisation.slug})
        fails = route in FAILURES
        with self._lock:
            self.account.requests += 1
            self.account.failures += fails
            if route == "write" and answer.status_code == 200:
                self.account.written[organisation.slug].add(name)
        if answer.status_code != (500 if fails else 200):
            self._note(
                f"{route} for {organisation.slug} answered {answer.status_code}: {answer.content[:200]!r}"
            )
        elif not fails:
            self._judge(organisation, answer.json(), wrote=name if route == "write" else None)

    def _judge(self, organisation: Organisation, seen: dict, *, wrote: str | None) -> None:
        with self._lock:
            self.account.served_by.add(seen["served_by"])
        foreign = [name for name in seen["names"] if not name.startswith(f"{organisation.slug}-")]
        if foreign:
            self._note(f"{organisation.slug} was shown {foreign[:3]}")
        if f"{organisation.slug}-own" not in seen["names"] or (wrote and wrote not in seen["names"]):
            self._note(f"{organisation.slug} was not shown its own")

    def _note(self, what: str) -> None:
        with self._lock:
            self.account.wrong.append(what)

    def _count_open(self) -> None:
        """While every thread still holds what it has opened."""
        if connection.vendor == "sqlite":
            folder = f"{connection.settings_dict['NAME']}/"
            links = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
            self.account.files = max(self.account.files, sum(link.startswith(folder) for link in links))
            return
        with psycopg.connect(server(), autocommit=True) as observer:
            counted = observer.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND application_name <> 'observer'"
            ).fetchone()
        self.account.sessions = max(self.account.sessions, counted[0])


def server() -> str:
    """How to reach the database past the vault, and past whatever proxy a test has put before it."""
    from tests.site import DATABASE_NAME, POSTGRES_URL

    return psycopg.conninfo.make_conninfo(POSTGRES_URL, dbname=DATABASE_NAME, application_name="observer")


def populate(organisations: Sequence[Organisation]) -> None:
    for organisation in organisations:
        with use(organisation):
            Group.objects.create(name=f"{organisation.slug}-own")


def rows_left(organisations: Sequence[Organisation]) -> dict[str, set[str]]:
    """What is in each organisation afterwards, beside the row that it began with."""
    left = {}
    for organisation in organisations:
        with use(organisation):
            names = set(Group.objects.values_list("name", flat=True))
        left[organisation.slug] = names - {f"{organisation.slug}-own"}
    return left


def is_seen(organisations: Sequence[Organisation], *, each: int) -> bool:
    """Whether such a crowd notices that something is wrong; it stops at the first sign."""
    try:
        return bool(Crowd(organisations, each=each, stop_at_first=True).run().wrong)
    except DatabaseError:
        return True
