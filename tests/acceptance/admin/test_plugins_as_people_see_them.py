"""A site with plugins that are well, fail, hang and complain: what administrators, operators and probes are told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import PASSWORD, ZOO, made_site

PROBE = Path(__file__).with_name("probe_site.py")
HANGS = """
import pluggy, time
hookimpl = pluggy.HookimplMarker("vault")

class Hangs:
    @hookimpl
    def collect_health_checks(self):
        time.sleep(60)
"""
COMPLAINS = """
import pluggy
hookimpl = pluggy.HookimplMarker("vault")

class Complains:
    @hookimpl
    def collect_health_checks(self):
        return {"mailbox": "password hunter2 refused by 10.0.0.9", "index": None}
"""
BREAKS = """open("/etc/nobody/has/this.toml")\n"""
ACTIVE = ["Witness", "HookRaises", "InitRaises", "Absent_Plugin", "Hangs", "Complains", "Breaks"]
PATHS = (
    "/vault/plugins",
    "/vault/plugins/Breaks",
    "/vault/plugins/Nowhere",
    "/vault/site/plugins",
    "/vault/site/plugins/InitRaises",
    "/vault/site/plugins/Nowhere",
    "/vault/health/ready",
    "/vault/health/live",
    "/vault/site/hooks?limit=200",
)
Answers = dict[str, list[Any]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """Status, body and seconds of each path."""
    folder = tmp_path_factory.mktemp("plugins")
    for name, source in (("Hangs", HANGS), ("Complains", COMPLAINS), ("Breaks", "")):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("" if source else BREAKS)
        (folder / name / f"{name}.py").write_text(source)
    with made_site(tmp_path_factory.mktemp("site")) as site:
        site.configure(ACTIVE, dirs=(ZOO, folder))
        site.migrate_and_create("acme", operator="op")
        yield site.probe(PROBE, PASSWORD, *PATHS)


def by_name(answer: list[Any]) -> dict[str, dict[str, Any]]:
    assert answer[0] == 200
    return {each["name"]: each for each in answer[1]["results"]}


def test_administrators_see_each_plugins_state_and_why(answers: Answers) -> None:
    plugins = by_name(answers["/vault/plugins"])
    assert list(plugins)[: len(ACTIVE)] == ACTIVE
    says = {"title", "description", "author", "licence", "homepage", "requires", "required_by"}
    assert plugins["Witness"].keys() == {"name", "version", "level", "state", "load_status", *says}
    well = {"routes_registered": True, "stage": None, "failure_reason": None, "waiting": None}
    assert (plugins["Witness"]["state"], plugins["Witness"]["load_status"]) == ("on", well)
    assert plugins["Bystander"]["state"] == "off"
    assert plugins["Absent_Plugin"]["state"] == "absent"
    failed = plugins["InitRaises"]
    assert (failed["state"], failed["load_status"]["stage"]) == ("failed", "import")
    assert "it raised RuntimeError" in failed["load_status"]["failure_reason"]
    missing = plugins["Absent_Plugin"]["load_status"]["failure_reason"]
    assert "Absent_Plugin" in missing, "the host's own words are for everybody"


def test_administrators_see_no_traceback_no_path_and_nothing_that_an_exception_says(answers: Answers) -> None:
    status, broken, _ = answers["/vault/plugins/Breaks"]
    assert status == 200
    assert broken["load_status"]["failure_reason"].startswith("it raised FileNotFoundError; the operators")
    shown = str(answers["/vault/plugins"][1])
    for secret in ("Traceback", "/etc/", "this.toml", "not well", str(ZOO), "/tmp/"):
        assert secret not in shown


def test_operators_see_the_whole_reason_with_its_traceback_and_source(answers: Answers) -> None:
    status, failed, _ = answers["/vault/site/plugins/InitRaises"]
    assert status == 200
    assert failed["traceback"].startswith("Traceback")
    assert failed["source"] == str(ZOO / "InitRaises")
    plugins = by_name(answers["/vault/site/plugins"])
    assert plugins["Witness"]["traceback"] is None
    assert "/etc/nobody/has/this.toml" in plugins["Breaks"]["load_status"]["failure_reason"]


@pytest.mark.parametrize("path", ["/vault/plugins/Nowhere", "/vault/site/plugins/Nowhere"])
def test_an_unknown_plugin_is_a_404(answers: Answers, path: str) -> None:
    status, body, _ = answers[path]
    assert (status, body["code"]) == (404, "not_found")


def test_operators_see_hooks_with_implementations_in_the_order_of_calls(answers: Answers) -> None:
    hook = by_name(answers["/vault/site/hooks?limit=200"])["collect_health_checks"]
    called = [each["plugin"] for each in hook["implementations"]]
    assert called == ["Witness", "HookRaises", "Hangs", "Complains"]


def test_operators_see_calls_errors_and_times_of_hooks(answers: Answers) -> None:
    """The probe has asked for the health before."""
    hooks = by_name(answers["/vault/site/hooks?limit=200"])
    assert hooks["on_entity_archived"]["arguments"] == ["entity_type", "entity_id"]
    done = {each["plugin"]: each for each in hooks["collect_health_checks"]["implementations"]}
    assert (done["Witness"]["calls"], done["Witness"]["errors"]) == (1, 0)
    assert 0 <= done["Witness"]["mean_seconds"] < 1
    assert (done["HookRaises"]["calls"], done["HookRaises"]["errors"]) == (1, 1)
    never = {each["plugin"]: each for each in hooks["on_entity_archived"]["implementations"]}["Witness"]
    assert (never["calls"], never["mean_seconds"]) == (0, None)


def test_plugins_that_fail_hang_or_complain_leave_the_site_ready(answers: Answers) -> None:
    status, body, seconds = answers["/vault/health/ready"]
    assert (status, body["status"]) == (200, "ok")
    assert seconds < 5
    shown = body["components"]
    assert {name: shown[name]["status"] for name in ("database", "storage")} == {
        "database": "ok",
        "storage": "ok",
    }
    assert shown["plugin:Witness.witness"] == {"status": "ok"}
    assert shown["plugin:Complains.index"] == {"status": "ok"}
    assert shown["plugin:HookRaises"] == {"status": "warning", "detail": "Its health check failed."}
    assert shown["plugin:Hangs"]["detail"] == "Its health check did not answer in time."
    assert shown["plugin:Complains.mailbox"]["detail"] == "It reports a problem."
    assert shown["plugins"]["status"] == "warning"
    assert "InitRaises" in shown["plugins"]["detail"]


def test_readiness_tells_nobody_what_went_wrong_inside(answers: Answers) -> None:
    shown = str(answers["/vault/health/ready"][1])
    for secret in ("hunter2", "10.0.0.9", "KeyError", "not well", "Traceback", "/tmp/"):
        assert secret not in shown


def test_live_is_always_ok(answers: Answers) -> None:
    assert answers["/vault/health/live"][:2] == [200, {"status": "ok"}]
