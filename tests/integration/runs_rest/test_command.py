"""`manage.py runs`: the same at the shell."""

import json
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tests.integration.runs_rest.steps import SECRET, away, completed, staged, stuck
from tests.site import REPOSITORY
from VaultPlatform import tenancy
from VaultPlatform.audit.service import audit_entry_service
from VaultPlatform.runs.service import delivery_service, run_service

Said = Callable[..., str]


@pytest.fixture
def site(make_org: Any) -> SimpleNamespace:
    """An organisation with a run that has ended well and one that is stuck."""
    org = make_org()
    with tenancy.use(org):
        return SimpleNamespace(org=org, completed=str(completed()), stuck=str(stuck()))


@pytest.fixture
def said(site: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> Said:
    """What `runs` prints of the organisation."""

    def say(verb: str, *arguments: Any) -> str:
        call_command("runs", verb, "--org", site.org.slug, *map(str, arguments))
        return capsys.readouterr().out

    return say


def actions(site: SimpleNamespace) -> list[tuple[str, str]]:
    with tenancy.use(site.org):
        return [(each.action, each.actor_kind) for each in audit_entry_service.filter().order_by("seq")]


def test_the_newest_run_is_in_the_first_line(site: SimpleNamespace, said: Said) -> None:
    first, second = said("list").splitlines()
    assert first.startswith(f"{site.stuck}  stuck         tell  Boom: no")
    assert second == f"{site.completed}  completed     tell"
    assert said("list", "--state", "completed").splitlines() == [second]
    assert said("list", "--limit", "1").splitlines() == [first]


def test_one_run_with_its_steps(site: SimpleNamespace, said: Said) -> None:
    lines = said("show", site.stuck).splitlines()
    assert lines[0] == f"id: {site.stuck}"
    assert "state: stuck" in lines
    assert lines[-2:] == [
        "step tests.integration.runs_rest.steps:tell: not undone Boom: nobody answers",
        "step tests.integration.runs_rest.steps:fail: failed Boom: no",
    ]


def test_json_is_what_rest_answers(site: SimpleNamespace, said: Said, client_for: Any) -> None:
    told = json.loads(said("show", site.stuck, "--json"))
    answered = client_for(site.org).get(f"/vault/runs/{site.stuck}").json()
    assert told.keys() == answered.keys()
    assert told["steps"] == answered["steps"]
    assert json.loads(said("list", "--state", "stuck", "--json")) == [told]


def test_nothing_that_a_run_carries_is_printed(site: SimpleNamespace, said: Said) -> None:
    for run_id in (site.stuck, site.completed):
        assert SECRET not in said("show", run_id) + said("show", run_id, "--json")
    assert SECRET not in said("list") + said("list", "--json")


def test_a_stuck_run_is_retried(site: SimpleNamespace, said: Said) -> None:
    assert said("retry", site.stuck) == f"Run {site.stuck} is stuck now.\n"
    away.clear()
    assert said("retry", site.stuck) == f"Run {site.stuck} is compensated now.\n"
    assert ("run.retried", "command") in actions(site)


def test_a_stuck_run_is_settled(site: SimpleNamespace, said: Said) -> None:
    settled = said("settle", site.stuck, "--outcome", "completed", "--note", "it had happened")
    assert settled == f"Run {site.stuck} is closed as completed.\n"
    assert actions(site)[-1] == ("run.settled", "command")


def test_a_run_that_waits_is_cancelled(site: SimpleNamespace, said: Said) -> None:
    with tenancy.use(site.org):
        run_id = staged().enqueue()
    assert said("cancel", run_id) == f"Run {run_id} is cancelled.\n"
    assert json.loads(said("show", run_id, "--json"))["state"] == "compensated"


def test_one_that_runs_is_asked_to_stop(site: SimpleNamespace, said: Said) -> None:
    with tenancy.use(site.org):
        run_service.filter(id=site.completed).update(state="running", ended_at=None)
    told = said("cancel", site.completed)
    assert told == f"Run {site.completed} is asked to stop before its next step.\n"


def test_an_event_is_delivered_again(site: SimpleNamespace, said: Said) -> None:
    with tenancy.use(site.org):
        fields = {"run_id": uuid4(), "hook_name": "on_x", "listener": "A", "kwargs": {"a": SECRET}}
        row = delivery_service.create(**fields, error="Boom: no", attempts=15, next_attempt=None)
    assert said("deliveries") == f"{row.pk}  given_up  on_x  A    15  Boom: no\n"
    assert said("deliveries", "--state", "waiting") == ""
    assert SECRET not in said("deliveries", "--json")
    assert said("replay", row.pk) == f"Event {row.pk} is to be delivered again.\n"
    assert json.loads(said("deliveries", "--json"))[0]["state"] == "waiting"
    assert actions(site)[-1] == ("delivery.replayed", "command")


def test_recover_says_how_many_organisations_were_visited(
    site: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("runs", "recover", "--json")
    assert json.loads(capsys.readouterr().out)["visited"] >= 0
    with tenancy.use(site.org):
        staged().enqueue()
        from VaultPlatform.runs.service import due_organisation_service

        due_organisation_service.filter(organisation=site.org.key).update(due_at="2020-01-01T00:00:00Z")
    call_command("runs", "recover")
    told = capsys.readouterr().out
    assert told.startswith("Organisations visited: ")
    assert int(told.split(": ")[1].rstrip(".\n")) >= 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["show", str(uuid4())], "no run of that id"),
        (["retry", str(uuid4())], "no run of that id"),
        (["replay", "77"], "given up"),
    ],
)
def test_what_is_not_there_is_said(said: Said, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        said(*arguments)


def test_what_does_not_fit_is_said(site: SimpleNamespace, said: Said) -> None:
    for verb in (["retry"], ["cancel"], ["settle", "--outcome", "completed", "--note", "n"]):
        with pytest.raises(CommandError, match="This run is completed"):
            said(*verb, site.completed)
    with pytest.raises(CommandError, match="note"):
        said("settle", site.stuck, "--outcome", "completed", "--note", " ")


def test_without_an_organisation_it_is_the_sites(
    site: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("runs", "list", "--json", "--limit", "100000")
    assert site.stuck not in capsys.readouterr().out
    call_command("runs", "deliveries", "--json")
    assert json.loads(capsys.readouterr().out) == []
    with pytest.raises(CommandError, match="--org"):
        call_command("runs", "replay", "1")


def test_at_the_shell_a_failure_is_one_line_and_exit_code_1(django_db_setup: None) -> None:
    command = [sys.executable, "manage.py", "runs", "list", "--org", "nobody"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CommandError: There is no organisation 'nobody'.\n"
