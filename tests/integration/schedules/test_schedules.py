"""Schedules of the site and of organisations: what the scheduler sends arrives where it belongs."""

import json
from io import StringIO
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core.management import CommandError, call_command
from django_celery_beat.schedulers import DatabaseScheduler

from NimbusVault.celery import app
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit.service import site_audit_entry_service
from VaultPlatform.runs.service import run_service
from VaultPlatform.schedules import keeping
from VaultPlatform.schedules.service import schedule_service
from VaultPlatform.tenancy.exceptions import NoOrganisation

TASK = "vault.maintain_organisation"


@pytest.fixture(autouse=True)
def no_schedules_left(db_of_the_site: Any) -> Any:
    yield
    schedule_service.bulk_delete({"name__startswith": "test "})


@pytest.fixture
def db_of_the_site(make_org: Any) -> Any:
    """Some organisation, so that the site's database is there."""
    return make_org


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("schedules", *arguments, stdout=out)
    return out.getvalue()


def waiting(org: Any) -> list[str]:
    with tenancy.use(org):
        return list(run_service.filter(kind="task", state="pending").values_list("name", flat=True))


def tick() -> None:
    """What the scheduler does as soon as it starts: send what is due, and remember it."""
    schedule_service.filter(name__startswith="test ").update(last_run_at="2020-01-01T00:00:00Z")
    with tenancy.outside():
        scheduler = DatabaseScheduler(app=app, lazy=True)
        due = {name: entry for name, entry in scheduler.schedule.items() if name.startswith("test ")}
        assert due
        for entry in due.values():
            assert entry.is_due().is_due
            scheduler.apply_async(entry, advance=False)


def test_a_schedule_of_one_organisation_reaches_that_one(make_org: Any) -> None:
    mine, other = make_org(), make_org()
    keeping.add("test one", task=TASK, every="5m", org=mine.slug)
    tick()
    assert (waiting(mine), waiting(other)) == ([TASK], [])


def test_a_schedule_of_every_organisation_reaches_each_that_is_active(make_org: Any) -> None:
    first, second, suspended = make_org(), make_org(), make_org()
    tenancy.suspend_organisation(suspended.slug)
    keeping.add("test each", task=TASK, cron="* * * * *", timezone="Europe/Berlin", org="*")
    sent = list[Any]()

    def note(body: Any, **_: Any) -> None:
        sent.append(body[0])

    before_task_publish.connect(note, sender="vault.send_to_each")
    try:
        tick()
    finally:
        before_task_publish.disconnect(note, sender="vault.send_to_each")
    (arguments,) = sent
    app.tasks["vault.send_to_each"].apply(args=arguments, throw=True)
    tenancy.resume_organisation(suspended.slug)
    assert [waiting(each) for each in (first, second, suspended)] == [[TASK], [TASK], []]


def test_inside_an_organisation_the_header_reaches_no_other(org: Any, make_org: Any) -> None:
    other = make_org()
    with tenancy.use(org):
        app.tasks[TASK].apply_async(headers={"org": other.slug})
    assert (waiting(org), waiting(other)) == ([TASK], [])


def test_without_the_header_nothing_is_sent(make_org: Any) -> None:
    with tenancy.outside(), pytest.raises(NoOrganisation):
        app.tasks[TASK].apply_async()


def test_operators_handle_schedules_at_a_shell(make_org: Any) -> None:
    org = make_org()
    assert "test shell" in told("add", "test shell", "--task", TASK, "--every", "2h", "--org", org.slug)
    shown = {each["name"]: each for each in json.loads(told("list", "--json"))}["test shell"]
    assert (shown["task"], shown["when"], shown["org"], shown["enabled"]) == (
        TASK,
        "every 2 hours",
        org.slug,
        True,
    )
    told("pause", "test shell")
    assert not keeping.list_schedules()[-1]["enabled"]
    assert "paused" in told("list")
    told("resume", "test shell")
    told("remove", "test shell")
    assert schedule_service.get(name="test shell") is None
    actions = site_audit_entry_service.filter(entity_type="Schedule", entity_id="test shell").order_by("seq")
    assert [each.action for each in actions] == [
        "schedule.added",
        "schedule.paused",
        "schedule.resumed",
        "schedule.removed",
    ]
    with pytest.raises(CommandError, match="no schedule 'test shell'"):
        told("remove", "test shell")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"task": "vault.nothing", "every": "5m"}, "no task 'vault.nothing'"),
        ({"task": TASK, "every": "5m"}, "name an organisation by --org"),
        ({"task": "vault.maintain_site", "every": "5m", "org": "*"}, "leave out --org"),
        ({"task": TASK, "every": "5m", "org": "nobody-here"}, "nobody-here"),
        ({"task": TASK, "org": "*"}, "Say when"),
        ({"task": TASK, "org": "*", "every": "5m", "cron": "* * * * *"}, "not by both"),
        ({"task": TASK, "org": "*", "every": "5 minutes"}, "no pause"),
        ({"task": TASK, "org": "*", "every": "0s"}, "no pause"),
        ({"task": TASK, "org": "*", "cron": "61 * * * *"}, "no time"),
        ({"task": TASK, "org": "*", "cron": "* * *"}, "no time"),
        ({"task": TASK, "org": "*", "cron": "* * * * *", "timezone": "Mars/Base"}, "no time zone"),
        ({"task": TASK, "org": "*", "every": "5m", "queue": "fast"}, "no queue 'fast'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(
    make_org: Any, given: dict[str, Any], said: str
) -> None:
    with pytest.raises((errors.bad_request.ValidationError, errors.bad_request.NotFound), match=said):
        keeping.add("test refused", **given)
    assert schedule_service.get(name="test refused") is None


def test_a_name_is_taken_once(make_org: Any) -> None:
    keeping.add("test twice", task=TASK, every="5m", org="*")
    with pytest.raises(errors.bad_request.Conflict, match="already"):
        keeping.add("test twice", task=TASK, every="1h", org="*")
