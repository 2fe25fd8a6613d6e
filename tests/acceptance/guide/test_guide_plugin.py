"""A plugin written as the plugin guide writes one works unchanged, and leaves without harm."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.acceptance.guide.tree import LISTED, Person, Site, Tree, database_section

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(True, id="import at the top"),
        pytest.param(False, id="import inside", marks=pytest.mark.database_independent),
    ],
)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """The project with the plugin, migrated, with the organisations acme and zeta."""
    folder = tmp_path_factory.mktemp("guide")
    with database_section(f"vault_guide_{os.getpid()}_{request.param:d}") as database:
        made = Tree(folder=folder / "tree", home=folder / "home", database=database)
        made.type_in()
        made.activate(*LISTED)
        made.register(at_top=request.param)
        made.manage("makemigrations", "Citations_Plugin")
        made.make("acme", "zeta")
        yield made


@pytest.fixture(scope="module")
def site(tree: Tree) -> Iterator[Site]:
    """The site with the plugin on."""
    tree.activate(*LISTED)
    with tree.served() as running:
        yield running


@pytest.fixture
def ada(site: Site) -> Person:
    return site.sign_in("acme")


@pytest.fixture(scope="module")
def site_without(tree: Tree) -> Iterator[Site]:
    """The site with the plugin taken out of `active_plugins`; its files and its line are still there."""
    tree.activate(*(name for name in LISTED if name != "Citations_Plugin"))
    with tree.served() as running:
        yield running


def test_its_migration_is_generated_as_the_first_of_its_app(tree: Tree) -> None:
    migrations = tree.folder / "Plugins" / "Citations_Plugin" / "migrations"

    assert sorted(path.name for path in migrations.glob("*.py")) == ["0001_initial.py", "__init__.py"]


def test_its_route_answers_201_with_what_its_step_left(ada: Person) -> None:
    answer = ada.record("https://example.org/a", "To be")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert set(body) == {"id", "quote", "source_url", "recorded_by", "recorded_at"}
    assert (body["quote"], body["source_url"], body["recorded_by"]) == (
        "To be",
        "https://example.org/a",
        "ada",
    )
    assert str(UUID(body["id"])) == body["id"]
    assert "To be" in ada.quotes()


def test_what_its_serializer_refuses_is_answered_with_400_and_a_message(ada: Person) -> None:
    for source_url in ("no address", "", None):
        answer = ada.record(source_url, "refused by the serializer")
        assert answer.status_code == 400
        assert "source_url" in answer.json()["msg"]
        assert set(answer.json()) == {"msg", "code", "request_id"}

    assert "refused by the serializer" not in ada.quotes()


def test_what_its_step_refuses_by_raising_is_answered_with_400_and_leaves_nothing(ada: Person) -> None:
    answer = ada.record("ftp://example.org/a", "refused by the step")

    assert answer.status_code == 400
    assert answer.json()["msg"] == "Only what stands on the web can be cited."
    assert "refused by the step" not in ada.quotes()


def test_what_a_later_step_refuses_by_its_status_is_undone_by_the_rollback_function(ada: Person) -> None:
    answer = ada.record("https://example.org/a", "censored")

    assert answer.status_code == 409
    assert answer.json()["msg"] == "This must not be cited."
    assert "censored" not in ada.quotes()


def test_its_hook_hears_of_an_archived_document_in_the_organisation_of_the_document(
    site: Site, ada: Person
) -> None:
    zoe = site.sign_in("zeta")
    document, other = ada.upload(), ada.upload()
    ada.record(f"https://vault.example.org/document/{document}", "archived")
    ada.record(f"https://vault.example.org/document/{other}", "not archived")
    zoe.record(f"https://vault.example.org/document/{document}", "elsewhere")

    archived = ada.post(f"/documents/{document}/archive")

    assert archived.status_code == 200, archived.text
    assert "archived" not in ada.quotes()
    assert "not archived" in ada.quotes()
    assert zoe.quotes() == ["elsewhere"]


def test_its_route_asks_for_a_token_though_its_view_does_not_say_so(ada: Person) -> None:
    stranger = Person(address=ada.address, headers={"Org": "acme"})

    assert stranger.record("https://example.org/").status_code == 401
    assert stranger.get("/citations").status_code == 401


def test_taken_out_of_active_plugins_it_leaves_a_site_that_starts_and_works(site_without: Site) -> None:
    ada = site_without.sign_in("acme")

    for answer in (ada.record("https://example.org/"), ada.get("/citations")):
        assert answer.status_code == 404
        assert set(answer.json()) == {"msg", "code", "request_id"}
    assert ada.post(f"/documents/{ada.upload()}/archive").status_code == 200


def test_the_command_says_which_of_the_listed_plugins_are_there(tree: Tree, site: Site) -> None:
    tree.activate(*LISTED)

    lines = {line.split()[0]: line.split()[1] for line in tree.manage("plugins", "list").splitlines()}

    assert lines == {"LLM_Plugin": "absent", "Nimbus_Plugin": "absent", "Citations_Plugin": "on"}


def test_the_copy_holds_no_other_plugin(tree: Tree) -> None:
    assert [path.name for path in Path(tree.folder, "Plugins").glob("*_Plugin")] == ["Citations_Plugin"]
