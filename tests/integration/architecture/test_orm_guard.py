"""The ORM guard: what goes past the services is refused and named, what a service has made may be used anywhere.

Code under test is compiled under the name of a file of ours, since that is what the guard goes by.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.orm_guard import ROOT, OrmGuard, OrmGuardError, install, kind_of

VIEW = "VaultManagement/Planted/views.py"
BLL = "VaultManagement/Planted/bll/PostApisbll.py"
SERVICE = "VaultManagement/Planted/bll/service.py"
#: A test that passes, were it not for the guard.
UNTAKEN = """
from tests.orm_guard import Origin, guard

def test_something():
    try:
        guard.judge(Origin(permitted=False, where="a.py:1 (run)"), what="built a query")
    except AssertionError:
        pass
"""
#: As the plugin guide's services are written: static methods over the manager.
SERVICE_SOURCE = """
from django.contrib.auth.models import Group

class GroupService:
    @staticmethod
    def create(**fields):
        return Group.objects.create(**fields)

    @staticmethod
    def get(**filters):
        return Group.objects.filter(**filters).first()

    @staticmethod
    def filter(**filters):
        return Group.objects.filter(**filters)

    @staticmethod
    def bulk_create(rows):
        return Group.objects.bulk_create([Group(**row) for row in rows])
"""
PRELUDE = """
from django.contrib.auth.models import Group, Permission
from django.db import connection, connections, transaction
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Users.bll.service import user_service
from VaultModels.models import User
from VaultModels.ModelRegistry import MODEL_REGISTRY
"""


def code(file: str, source: str) -> dict[str, Any]:
    """The names that `source` defines, as if it stood in `file` of the repository."""
    namespace: dict[str, Any] = {}
    exec(compile(PRELUDE + source, str(ROOT / file), "exec"), namespace)
    return namespace


def function(file: str, *lines: str) -> Callable[..., Any]:
    """`run(made)`, of these lines, in `file`."""
    body = "\n".join(f"    {line}" for line in lines)
    return code(file, f"def run(made=None):\n{body}\n")["run"]


@pytest.fixture
def service(org: Any) -> Any:
    return code(SERVICE, SERVICE_SOURCE)["GroupService"]


REFUSED = {
    "a view that gets a row": (VIEW, ["Group.objects.get(name='made')"]),
    "a view that evaluates a query of its own": (VIEW, ["return list(Group.objects.filter(name='made'))"]),
    "a query built in a view and evaluated by the test": (VIEW, ["return Group.objects.all()"]),
    "a count": (VIEW, ["Group.objects.count()"]),
    "a model found by its name": (BLL, ["MODEL_REGISTRY['Group']._base_manager.exists()"]),
    "a row created": (BLL, ["Group.objects.create(name='mine')"]),
    "an instance of one's own that is saved": (BLL, ["Group(name='mine').save()"]),
    "an instance of one's own that is deleted": (BLL, ["Group(pk=made.pk).delete()"]),
    "an instance of one's own that is refreshed": (BLL, ["Group(pk=made.pk).refresh_from_db()"]),
    "relations of an instance of one's own": (BLL, ["list(Group(pk=made.pk).user_set.all())"]),
    "a queryset's update": (BLL, ["Group.objects.update(name='other')"]),
    "a queryset's delete": (BLL, ["Group.objects.all().delete()"]),
    "rows in bulk": (BLL, ["Group.objects.bulk_create([Group(name='a')])"]),
    "a prefetch with a query of one's own": (
        BLL,
        [
            "from django.db.models import Prefetch",
            "found = group_service.filter()",
            "list(found.prefetch_related(Prefetch('user_set', queryset=User.objects.all())))",
        ],
    ),
    "raw SQL": (BLL, ["list(Group.objects.raw('SELECT id, name FROM auth_group'))"]),
    "a cursor": (BLL, ["with connection.cursor() as cursor:", "    cursor.execute('SELECT 1')"]),
    "a cursor on the site's database": (BLL, ["connections['control'].cursor()"]),
    "a plugin's view": ("Plugins/Planted_Plugin/views.py", ["Group.objects.get(name='made')"]),
    "a plugin's hook": ("Plugins/Planted_Plugin/Planted_Plugin.py", ["Group.objects.all().delete()"]),
    "a workflow": ("Orchestrators/PlantedOrchestrators/Planted.py", ["Group.objects.count()"]),
    "the platform": ("VaultPlatform/web/planted.py", ["Group.objects.count()"]),
}


@pytest.mark.parametrize(("file", "lines"), REFUSED.values(), ids=REFUSED)
def test_what_goes_past_the_services_is_refused(
    service: Any, orm_guard: OrmGuard, file: str, lines: list[str]
) -> None:
    made = service.create(name="made")
    with pytest.raises(OrmGuardError, match=rf"^{file}:\d+ \(run\) .*Only a service\.py may"):
        list(function(file, *lines)(made) or ())
    assert len(orm_guard.take_refusals()) == 1


@pytest.mark.parametrize(("file", "lines"), REFUSED.values(), ids=REFUSED)
def test_without_the_guard_the_same_goes_through(
    service: Any, orm_guard: OrmGuard, file: str, lines: list[str]
) -> None:
    made = service.create(name="made")
    with orm_guard.off():
        list(function(file, *lines)(made) or ())
    assert not orm_guard.take_refusals()


PERMITTED = {
    "a lazy queryset evaluated elsewhere": ["return [group.name for group in made.filter()]"],
    "a queryset refined elsewhere": ["made.filter().exclude(name='x').order_by('-name')[:3].get()"],
    "what a queryset can tell": ["made.filter().count(), made.filter().exists(), made.filter().first()"],
    "an update through a queryset": ["made.filter(name='made').update(name='other')"],
    "a delete through a queryset": ["made.filter(name='made').delete()"],
    "values, aggregates, iteration in chunks": [
        "from django.db.models import Count",
        "list(made.filter().values('name').annotate(Count('user')))",
        "list(made.filter().iterator(chunk_size=1))",
    ],
    "saving what a service made": ["group = made.get(name='made')", "group.name = 'other'", "group.save()"],
    "saving what a service created": ["group = made.create(name='more')", "group.save()"],
    "saving what a service created in bulk": ["made.bulk_create([{'name': 'more'}])[0].save()"],
    "deleting what a service made": ["made.get(name='made').delete()"],
    "refreshing what a service made": ["made.get(name='made').refresh_from_db()"],
    "deferred fields": ["assert made.filter().defer('name').get().name == 'made'"],
    "relations of what a service made": [
        "group = made.get(name='made')",
        "user = user_service.create(username='ann', password=None)",
        "group.user_set.add(user)",
        "assert [each.username for each in group.user_set.all()] == ['ann']",
        "assert user.groups.get() == group",
        "user.groups.set([])",
        "group.user_set.create(username='bob')",
    ],
    "prefetching": [
        "user_service.create(username='ann', password=None).groups.add(made.get())",
        "users = user_service.filter(_prefetch_related='groups')",
        "assert [group.name for user in users for group in user.groups.all()] == ['made']",
    ],
    "a transaction with a savepoint": [
        "with transaction.atomic():",
        "    with transaction.atomic():",
        "        made.create(name='more')",
    ],
    "the eight primitives": [
        "group = group_service.create(name='eight')",
        "group_service.update(group, name='nine')",
        "group_service.bulk_update([group], ['name'])",
        "assert group_service.delete(group)",
    ],
}


@pytest.mark.parametrize("file", [VIEW, BLL, "Plugins/Planted_Plugin/bll/Notes/GetApisbll.py"])
@pytest.mark.parametrize("lines", PERMITTED.values(), ids=PERMITTED)
def test_what_a_service_has_made_may_be_used_anywhere(service: Any, file: str, lines: list[str]) -> None:
    service.create(name="made")
    function(file, *lines)(service)


def test_a_foreign_key_of_what_a_service_made_is_followed(org: Any) -> None:
    lines = [
        "from django.utils.timezone import now",
        "from uuid import uuid4",
        "from VaultPlatform.identity.service import session_service",
        "user = user_service.create(username='ann', password=None)",
        "session_service.create(id=uuid4(), user=user, refresh_id='-', expires_at=now())",
        "assert session_service.get().user.username == 'ann'",
    ]
    function(BLL, *lines)()


def test_tests_and_libraries_are_not_judged_for_themselves(org: Any) -> None:
    Group.objects.create(name="a test's")
    assert Group.objects.get().name == "a test's"


def test_a_refusal_is_kept_even_if_the_site_made_a_response_of_it(service: Any, orm_guard: OrmGuard) -> None:
    run = function(VIEW, "try:", "    Group.objects.count()", "except Exception:", "    return ['500']")
    assert run() == ["500"]
    assert "views.py" in orm_guard.take_refusals()[0]


def test_threads_are_judged_too(service: Any, orm_guard: OrmGuard) -> None:
    from VaultPlatform.tenancy import propagate

    run = function(VIEW, "try:", "    Group.objects.count()", "except AssertionError:", "    pass")
    thread = threading.Thread(target=propagate(run))
    thread.start()
    thread.join()
    assert len(orm_guard.take_refusals()) == 1


def test_a_refusal_that_nobody_takes_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "test_planted.py").write_text(UNTAKEN)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.orm_guard",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed, 1 error" in run.stdout, run.stdout + run.stderr
    assert "a.py:1 (run) built a query past the services" in run.stdout


def test_taking_the_guard_out_leaves_django_as_it_was() -> None:
    from django.db.models import Model
    from django.db.models.sql.query import Query

    before = Query.__init__, vars(Model)["from_db"], vars(Model)["save_base"]
    remove = install()
    assert Query.__init__ is not before[0]
    remove()
    assert (Query.__init__, vars(Model)["from_db"], vars(Model)["save_base"]) == before


@pytest.mark.parametrize(
    ("file", "judged"),
    [
        ("VaultManagement/Users/bll/PostApisbll.py", True),
        ("VaultManagement/Users/bll/service.py", False),
        ("VaultModels/ModelService.py", False),
        ("VaultModels/models/Users.py", True),
        ("VaultPlatform/tenancy/migration.py", False),
        ("VaultPlatform/management/commands/create_org.py", True),
        ("Plugins/Bookmarks_Plugin/tests/test_sharing.py", False),
        ("Plugins/Bookmarks_Plugin/migrations/0001_bookmark.py", False),
        ("tests/site.py", False),
    ],
)
def test_whose_code_a_file_is(file: str, judged: bool) -> None:  # noqa: FBT001
    assert (kind_of(str(ROOT / file)).name == "OURS") is judged
