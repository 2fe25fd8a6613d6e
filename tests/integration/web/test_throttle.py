"""How often may be asked: counted for plain views too, with no query, and nobody pays for anybody else."""

import itertools
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import statements
from VaultPlatform.web import throttle
from VaultPlatform.web.throttle import Rate, Throttle

#: Each test has days of its own, on which nothing was counted yet.
_DAYS = itertools.count()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that stands at the beginning of a window until it is set."""

    class Clock:
        now = 1_700_000_040.0 + 86_400 * next(_DAYS)

        def time(self) -> float:
            return self.now

    stopped = Clock()
    monkeypatch.setattr(throttle, "time", stopped)
    return stopped


@pytest.fixture
def limits(settings: Any, clock: Any) -> Any:
    """`limits(principal="3/min")`: these and no others, from now on. Clients made before do not know of them."""

    def limit(**rates: str) -> None:
        settings.THROTTLE = {"organisation": None, "principal": None, "anonymous": None} | rates
        clock.now += 3600

    return limit


def signed_in(client: Any) -> Any:
    """A client with the same headers that knows the limits."""
    return APIClient(
        headers={"Org": client.defaults["HTTP_ORG"], "Authorization": client.defaults["HTTP_AUTHORIZATION"]}
    )


def statuses(client: Any, path: str, times: int, **options: Any) -> list[int]:
    return [client.get(path, **options).status_code for _ in range(times)]


@pytest.mark.parametrize("path", ["/vault/plain/class", "/vault/documents"])
def test_a_member_is_stopped_and_told_when_to_come_back(
    plain: None, org: Any, client_for: Any, limits: Any, clock: Any, path: str
) -> None:
    client = client_for(org)
    limits(principal="3/min")
    client = signed_in(client)
    assert statuses(client, path, 4) == [200, 200, 200, 429]
    clock.now += 20
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
    assert answer.json()["code"] == "too_many_requests"
    clock.now += 40
    assert client.get(path).status_code == 200


def test_others_go_on(plain: None, org: Any, make_org: Any, client_for: Any, limits: Any) -> None:
    one, two, other = client_for(org), client_for(org, "reader"), client_for(make_org())
    limits(principal="3/min", anonymous="1/min")
    one, two, other = signed_in(one), signed_in(two), signed_in(other)
    assert statuses(one, "/vault/documents", 5)[-1] == 429
    assert statuses(two, "/vault/documents", 3) == statuses(other, "/vault/documents", 3) == [200] * 3


def test_an_organisation_is_stopped_whoever_asks_and_others_go_on(
    org: Any, make_org: Any, client_for: Any, limits: Any
) -> None:
    one, two, other = client_for(org), client_for(org, "reader"), client_for(make_org())
    limits(organisation="4/min")
    handler = signed_in(one)
    both = [dict(each.defaults) for each in (one, two)]
    asked = [handler.get("/vault/documents", **both[number % 2]).status_code for number in range(6)]
    assert asked == [200] * 4 + [429] * 2
    assert handler.get("/vault/documents", **dict(other.defaults)).status_code == 200


def test_an_operator_is_counted_too(operator_client: Any, limits: Any) -> None:
    token = operator_client().defaults["HTTP_AUTHORIZATION"]
    limits(principal="2/min")
    client = APIClient(headers={"Authorization": token})
    assert statuses(client, "/vault/site/organisations", 3) == [200, 200, 429]


def test_whoever_is_refused_is_counted_by_address(org: Any, limits: Any) -> None:
    limits(anonymous="3/min")
    client = APIClient(headers={"Org": org.slug})
    forged = {"Authorization": "JWT forged"}
    assert statuses(client, "/vault/documents", 2) == [401, 401]
    assert statuses(client, "/vault/documents", 2, headers=forged) == [401, 429]
    assert statuses(client, "/vault/api/schema", 1) == [429]
    assert statuses(client, "/vault/api/schema", 1, REMOTE_ADDR="203.0.113.9") == [200]


def test_signing_in_is_counted_by_address(org: Any, limits: Any) -> None:
    limits(anonymous="2/min")
    client = APIClient(headers={"Org": org.slug})
    tried = [
        client.post("/vault/auth/token", {"username": f"u{n}", "password": "x"}).status_code for n in range(3)
    ]
    assert tried == [401, 401, 429]


def test_members_go_on_where_strangers_are_stopped(org: Any, client_for: Any, limits: Any) -> None:
    client = client_for(org)
    limits(anonymous="2/min")
    client = signed_in(client)
    client_without = {"HTTP_AUTHORIZATION": ""}
    assert statuses(client, "/vault/documents", 3, **client_without) == [401, 401, 429]
    assert statuses(client, "/vault/documents", 1) == [200]


def test_an_address_cannot_be_made_up(limits: Any, django_db_setup: None) -> None:
    limits(anonymous="2/min")
    client = APIClient()
    tried = [
        client.get("/vault/api/schema", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(3)
    ]
    assert tried == [200, 200, 429]


def test_the_addresses_of_one_network_are_one_client(limits: Any, django_db_setup: None) -> None:
    limits(anonymous="2/min")
    client = APIClient()
    asked = [statuses(client, "/vault/api/schema", 1, REMOTE_ADDR=f"2001:db8::{n:x}")[0] for n in range(1, 4)]
    assert asked == [200, 200, 429]
    assert statuses(client, "/vault/api/schema", 1, REMOTE_ADDR="2001:db8:0:1::1") == [200]


def test_health_is_always_told(limits: Any, django_db_setup: None) -> None:
    limits(anonymous="1/min")
    client = APIClient()
    assert statuses(client, "/vault/api/schema", 2) == [200, 429]
    assert statuses(client, "/vault/health/live", 5) == [200] * 5


def test_it_costs_no_query(org: Any, client_for: Any, limits: Any) -> None:
    client = client_for(org)
    client.get("/vault/documents")
    with statements() as counted:
        client.get("/vault/documents")
        without = counted()
    limits(principal="1000/min", organisation="1000/min", anonymous="1000/min")
    client = signed_in(client)
    with statements() as counted:
        client.get("/vault/documents")
        assert counted() == without


def test_whoever_has_asked_too_often_is_not_even_looked_up(org: Any, limits: Any) -> None:
    limits(anonymous="1/min")
    client = APIClient()
    tried = []
    for number in range(3):
        with statements() as counted:
            status = client.get("/vault/documents", headers={"Org": f"nobody-{number}"}).status_code
            tried.append((status, counted()["control"]))
    assert tried == [(404, 1), (429, 0), (429, 0)]


class CountingCache:
    """A cache that says how often it was asked, or that fails."""

    def __init__(self, *, works: bool = True) -> None:
        self.works, self.calls = works, 0
        self.values: dict[str, int] = {}

    def add(self, key: str, value: int, timeout: int) -> bool:
        self._called()
        return self.values.setdefault(key, value) == value

    def incr(self, key: str, by: int) -> int:
        self._called()
        self.values[key] += by
        return self.values[key]

    def _called(self) -> None:
        self.calls += 1
        if not self.works:
            raise ConnectionError("the cache is away")


def test_the_cache_is_asked_once_in_a_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = CountingCache()
    monkeypatch.setattr(throttle, "caches", {"site": shared})
    counting = Throttle("principal", Rate(limit=1000, seconds=60))
    assert all(counting.hit("a") for _ in range(1000))
    assert not counting.hit("a")
    assert shared.calls <= 2 * (throttle.PORTIONS + 1)


def test_processes_share_a_limit_but_for_a_portion_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "caches", {"site": CountingCache()})
    processes = [Throttle("principal", Rate(limit=100, seconds=60)) for _ in range(4)]
    let_in = sum(processes[number % 4].hit("a") for number in range(400))
    assert 100 <= let_in <= 100 + 4 * 100 // throttle.PORTIONS


def test_a_cache_that_fails_leaves_the_process_to_its_own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "caches", {"site": CountingCache(works=False)})
    counting = Throttle("principal", Rate(limit=10, seconds=60))
    assert [counting.hit("a") for _ in range(12)] == [True] * 10 + [False] * 2


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_KEYS", 100)
    monkeypatch.setattr(throttle, "caches", {"site": CountingCache()})
    counting = Throttle("anonymous", Rate(limit=10, seconds=60))
    for number in range(1000):
        counting.hit(str(number))
    assert len(counting._counts) <= 100
