"""Whichever step of whichever workflow fails, wherever and by whatever: all is as it was before, and then it works."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pkgutil import resolve_name
from typing import Any

import pytest

from Orchestrators.Journal import ToFunction, install_delivery
from Orchestrators.Steps import StepKind
from tests.clients import Clients
from tests.integration.workflows.failures import Failure, How, Place, failing, failures_of, stopped
from tests.integration.workflows.registered import calls, workflows
from tests.integration.workflows.state import differences, everything
from tests.integration.workflows.table import WITHOUT_ROLLBACKS, WORKFLOWS, World
from VaultManagement.Documents.bll.GetApisbll import referenced_blobs
from VaultPlatform.storage import blob_storage

#: Runs that change the site's own database, where acts that were done and undone stay in the audit chain.
OUTSIDE = ("site.", "plugins.")


@pytest.fixture
def world(org: Any, clients: Clients) -> Iterator[World]:
    with ExitStack() as at_the_end:
        world = World(org=org, clients=clients, at_the_end=at_the_end)
        world.admin.raise_request_exception = False
        yield world


@pytest.fixture
def events() -> Iterator[list[str]]:
    """The events that committed runs have queued, in place of their delivery to plugins."""
    told: list[str] = []
    before = install_delivery(ToFunction(lambda name, kwargs: told.append(name)))
    yield told
    install_delivery(before)


@pytest.mark.usefixtures("django_db_setup")
def test_every_workflow_is_tried_here() -> None:
    assert workflows() == sorted(WORKFLOWS)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_whatever_fails_nothing_is_half_done(
    world: World, events: list[str], monkeypatch: pytest.MonkeyPatch, workflow: str
) -> None:
    request = WORKFLOWS[workflow](world)
    within = not workflow.startswith(OUTSIDE)
    before = everything(history=within)
    events.clear()
    with stopped(monkeypatch) as steps, calls(workflow, monkeypatch) as called:
        assert request().status_code == 500
    assert called == [workflow]
    alone = any(step.kind is StepKind.DATABASE and step.rollback is None for step in steps)
    assert alone == (workflow in WITHOUT_ROLLBACKS)

    for failure in failures_of(steps):
        with failing(failure, monkeypatch) as happened:
            response = request()
        assert happened == [failure]
        assert response.status_code == failure.how.value, f"{failure}: {response.content}"
        assert (differences(before, everything(history=within)), events) == ({}, []), str(failure)

    assert request().status_code < 300
    assert differences(before, everything(history=within)) != {}


#: What external steps do on their way: each is done, and then fails. The workflow, and what the client is answered.
INSIDE = {
    "VaultPlatform.storage.local.sync_folder": ("documents.stage_upload", 503),
    "VaultPlatform.tenancy.lifecycle.template_brought_up_to_date": ("site.stage_create_organisation", 500),
    "VaultPlatform.tenancy.lifecycle._record": ("site.stage_create_organisation", 500),
    "VaultPlatform.tenancy.archive.importing._load_tables": ("site.stage_import_organisation", 500),
    "VaultPlatform.tenancy.archive.importing._load_files": ("site.stage_import_organisation", 500),
    "VaultPlatform.tenancy.archive.importing.settle": ("site.stage_import_organisation", 500),
    "VaultPlatform.tenancy.archive.importing.open_organisation": ("site.stage_import_organisation", 500),
    "VaultManagement.Users.bll.service.UserService.create": ("site.stage_create_organisation", 500),
}


@pytest.mark.parametrize("place", INSIDE)
def test_an_external_step_that_fails_half_way_leaves_things_as_it_found_them(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    workflow, status = INSIDE[place]
    request, real = WORKFLOWS[workflow](world), resolve_name(place)
    within = not workflow.startswith("site.")
    before = everything(history=within)

    def does_and_fails(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(place, does_and_fails)
        assert request().status_code == status
    assert differences(before, everything(history=within)) == {}
    assert request().status_code == 201


@pytest.mark.parametrize("how", How)
def test_bytes_whose_storing_failed_after_all_go_with_the_next_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    """The engine does not undo an external step that fails itself, so for this one the nightly sweep does."""
    request = WORKFLOWS["documents.stage_upload"](world)
    before = everything()
    with failing(Failure(number=1, place=Place.AFTER, how=how), monkeypatch):
        assert request().status_code == how.value
    assert differences(before, everything()).keys() == {"files"}
    assert blob_storage().sweep(older_than=timedelta(0), referenced=referenced_blobs) == 1
    assert differences(before, everything()) == {}
