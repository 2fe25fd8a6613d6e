"""A hook implementation that fails again and again is switched off: where it does, in every process, until lifted."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.integration.serving.processes import wait_until
from tests.unit.host.specs import hookimpl, manager, proxy_of
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit.service import site_audit_entry_service
from VaultPlatform.host.containing import Containing
from VaultPlatform.host.deadlines import Call
from VaultPlatform.host.hook_guards import HookOff, strictly
from VaultPlatform.host.switches import Switches, switches
from VaultPlatform.host.switching import lift
from VaultPlatform.serving.generations import VARIABLE, Generation
from VaultPlatform.tenancy.context import current_entry

#: One that is on; what is registered here are the tests' own implementations, in its name.
PLUGIN = "Bookmarks_Plugin"


class Moody:
    """Fails where it is told to."""

    def __init__(self) -> None:
        self.fails_in: set[str] = set()
        self.called: list[str] = []

    def _work(self) -> None:
        slug = tenancy.current().slug
        self.called.append(slug)
        if slug in self.fails_in:
            raise ValueError("not today")

    @hookimpl
    def on_thing(self, one: Any) -> None:
        self._work()

    @hookimpl
    def before_thing(self, one: Any) -> None:
        self._work()


@pytest.fixture
def containing(org: Any) -> Iterator[Containing]:
    made = Containing(host=settings.PLUGIN_HOST)
    yield made
    switches.watchers.remove(made.forget)


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def plugins(moody: Moody, containing: Containing) -> Any:
    made = manager()
    made.register(proxy_of(moody, to=made, gate=containing, name=PLUGIN), name=PLUGIN)
    return made


@pytest.fixture
def fire(plugins: Any) -> Callable[[], None]:
    return lambda: plugins.hook.on_thing(one=1, two=2)


def times(fire: Callable[[], None], number: int) -> None:
    for _ in range(number):
        fire()


LIMIT = settings.PLUGIN_HOST.hook_failures


def test_after_so_many_failures_in_a_row_it_is_left_alone(org: Any, moody: Moody, fire: Any) -> None:
    moody.fails_in = {org.slug}
    times(fire, LIMIT + 5)
    assert len(moody.called) == LIMIT
    entry = site_audit_entry_service.filter(action="hook.switched_off").order_by("-seq")[0]
    assert (entry.entity_id, entry.actor_kind) == (PLUGIN, "system")
    assert "ValueError: not today" in entry.payload


def test_showing_the_plugin_says_where_it_is_off_and_how_that_is_lifted(
    org: Any, moody: Moody, fire: Any, plugins: Any
) -> None:
    moody.fails_in = {org.slug}
    times(fire, LIMIT)
    command = f"manage.py plugins lift {PLUGIN} on_thing --org {org.slug}"

    [line] = [each for each in shown().splitlines() if each.startswith("hook switched off: ")]
    assert line.startswith(f"hook switched off: on_thing in {org.slug}: ") and command in line
    [off] = json.loads(shown("--json"))["hooks_off"]
    assert (off["hook"], off["organisation"]) == ("on_thing", org.slug) and off["reason"] in line

    [implementation] = plugins.hook.on_thing.get_hookimpls()
    with pytest.raises(HookOff, match=f"manage.py plugins show {PLUGIN}"):
        strictly(implementation.function)(1)

    call_command("plugins", "lift", PLUGIN, "on_thing", "--org", org.slug, stdout=StringIO())
    assert "hooks switched off: -" in shown().splitlines()


def shown(*options: str) -> str:
    out = StringIO()
    call_command("plugins", "show", PLUGIN, *options, stdout=out)
    return out.getvalue()


def test_one_that_works_now_and_then_stays_on(org: Any, moody: Moody, fire: Any) -> None:
    for _ in range(3):
        moody.fails_in = {org.slug}
        times(fire, LIMIT - 1)
        moody.fails_in = set()
        fire()
    assert len(moody.called) == 3 * LIMIT


def test_it_goes_on_where_it_works(org: Any, make_org: Any, moody: Moody, fire: Any) -> None:
    other = make_org()
    moody.fails_in = {org.slug}
    for _ in range(LIMIT + 5):
        fire()
        with tenancy.use(other):
            fire()
    assert moody.called.count(org.slug) == LIMIT
    assert moody.called.count(other.slug) == LIMIT + 5


def test_another_process_learns_of_it_and_of_its_end(org: Any, moody: Moody, fire: Any) -> None:
    moody.fails_in = {org.slug}
    times(fire, LIMIT)
    assert Switches().hook_is_off(PLUGIN, "on_thing", org.key)
    assert lift(PLUGIN, "on_thing", org)
    assert not Switches().hook_is_off(PLUGIN, "on_thing", org.key)
    assert not lift(PLUGIN, "on_thing", org)
    moody.fails_in = set()
    fire()
    assert len(moody.called) == LIMIT + 1


def test_what_it_is_to_hear_is_kept_for_later(org: Any, moody: Moody, plugins: Any, fire: Any) -> None:
    moody.fails_in = {org.slug}
    times(fire, LIMIT)
    [implementation] = plugins.hook.on_thing.get_hookimpls()
    with pytest.raises(HookOff):
        strictly(implementation.function)(1)


def test_a_check_is_never_switched_off(org: Any, moody: Moody, plugins: Any) -> None:
    moody.fails_in = {org.slug}
    for _ in range(LIMIT + 5):
        with pytest.raises(ValueError, match="not today"):
            plugins.hook.before_thing(one=1)
    assert len(moody.called) == LIMIT + 5


def test_a_veto_is_no_failure(org: Any, containing: Containing) -> None:
    class Strict:
        @hookimpl
        def before_thing(self, one: Any) -> None:
            raise errors.bad_request.Conflict("no")

    made = manager()
    made.register(proxy_of(Strict(), to=made, gate=containing, name=PLUGIN), name=PLUGIN)
    with pytest.raises(errors.bad_request.Conflict):
        made.hook.before_thing(one=1)
    [tally] = [each for each in containing.hook_stats() if each.hook == "before_thing"]
    assert (tally.calls, tally.errors) == (1, 0)


def test_operators_see_it_and_lift_it(org: Any, operator_client: Any, moody: Moody, fire: Any) -> None:
    moody.fails_in = {org.slug}
    times(fire, LIMIT)
    operator, path = operator_client(), f"/vault/site/plugins/{PLUGIN}"
    [hook] = [each for each in operator.get(path).json()["hooks"] if each["hook"] == "on_thing"]
    [off] = hook["switched_off"]
    assert off["organisation"] == org.slug
    assert f"{LIMIT} times in a row" in off["reason"]
    answer = operator.post(f"{path}/hooks/on_thing/lift", {"organisation": org.slug})
    assert (answer.status_code, answer.json()["switched_off"]) == (200, [])
    again = operator.post(f"{path}/hooks/on_thing/lift", {"organisation": org.slug})
    assert again.status_code == 404
    assert "not switched off" in again.json()["msg"]


def test_what_an_implementation_did_is_shown(
    org: Any, containing: Containing, moody: Moody, fire: Any
) -> None:
    times(fire, 4)
    moody.fails_in = {org.slug}
    fire()
    tally = containing.tally(PLUGIN, "on_thing")
    assert (tally.calls, tally.errors, tally.errors_in) == (5, 1, {org.slug: 1})
    assert tally.last_error == "ValueError: not today"
    assert "in _work" in (tally.traceback or "")
    stats = tally.stats()
    p50, p99 = stats.percentile(0.5), stats.percentile(0.99)
    assert p50 is not None
    assert 0 < p50 <= p99 == pytest.approx(max(tally.recent), rel=0.03)


def test_a_process_in_which_every_call_is_left_out_tells_of_it_too(org: Any, containing: Containing) -> None:
    assert containing.deadlines._watcher is None
    containing.off_in(current_entry())
    assert containing.deadlines._watcher is not None


def call_of(containing: Containing, hook: str) -> Call:
    return (perf_counter(), containing.tally(PLUGIN, hook), current_entry(), None)


def test_one_that_does_not_come_back_is_switched_off_there_and_its_process_is_to_be_replaced(
    org: Any,
    make_org: Any,
    containing: Containing,
    moody: Moody,
    fire: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    containing._lost(call_of(containing, "on_thing"))
    fire()
    with tenancy.use(make_org("elsewhere")):
        fire()
    assert moody.called == ["elsewhere"]
    [said] = Generation(tmp_path).hanging()
    assert said == f"on_thing of {PLUGIN} has not come back after 20 seconds in {org.slug}"
    entry = site_audit_entry_service.filter(action="hook.switched_off").order_by("-seq")[0]
    assert "has not come back after 20 seconds" in entry.payload


def test_a_check_that_does_not_come_back_stays_on_and_its_process_is_to_be_replaced(
    org: Any,
    containing: Containing,
    moody: Moody,
    plugins: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    containing._lost(call_of(containing, "before_thing"))
    plugins.hook.before_thing(one=1)
    assert moody.called == [org.slug]
    assert len(Generation(tmp_path).hanging()) == 1


def test_calls_that_are_late_count_like_those_that_fail(
    org: Any, containing: Containing, moody: Moody, fire: Any
) -> None:
    for _ in range(LIMIT - 1):
        containing._overdue(call_of(containing, "on_thing"), "somewhere")
    fire()
    assert moody.called == [org.slug]
    for _ in range(LIMIT):
        containing._overdue(call_of(containing, "on_thing"), "somewhere")
    fire()
    assert moody.called == [org.slug]


def test_calls_are_counted_though_nobody_asks(org: Any, containing: Containing, fire: Any) -> None:
    """All that is not counted is kept."""
    times(fire, 4)
    tally = containing.tally(PLUGIN, "on_thing")
    wait_until(lambda: not tally.ended, seconds=20, what="the look of each second")
    assert tally.calls == 4
