"""Every plugin of tests/broken_plugins switched on at once: the site is up, each reason is right, the others work."""

import re
from typing import Any

import pytest

from tests.integration.host.sites import PASSWORD, REPOSITORY, ZOO, Site

#: Plugin -> the stage it fails at, and words of its reason.
BROKEN = {
    "Absent_Plugin": ("discover", "there is no folder Plugins/Absent_Plugin"),
    "AppsBroken": ("apps", "ValueError: no app today (AppsBroken/apps.py:3)"),
    "AppsCoreLabel": ("apps", 'its app label "auth" belongs to django.contrib.auth'),
    "AppsTwinLabel": ("apps", 'its app label "Witness" belongs to plugin Witness'),
    "AppsWrongName": ("apps", 'it must be "Plugins.AppsWrongName"'),
    "CheckComplains": ("ready", "a licence is missing (complains.E001)"),
    "CheckRaises": ("ready", "OSError: the check itself is broken (CheckRaises/apps.py:9)"),
    "CircleOne": ("requires", "CircleOne → CircleTwo → CircleOne; one of them has to do without"),
    "CircleTwo": ("requires", "CircleTwo → CircleOne → CircleTwo; one of them has to do without"),
    "ClassMissing": ("class", "it must define class ClassMissing"),
    "ClassNeedsArguments": ("class", "must be made without arguments"),
    "ClassRaises": ("class", "TypeError: object of type 'int' has no len() (ClassRaises/ClassRaises.py:8)"),
    "ConfigBroken": (
        "settings",
        "No module named 'another_package_that_nobody_has' (ConfigBroken/config.py:3)",
    ),
    "DeclaresCoreTable": ("models", 'declares the table "control_operator" of control.Operator'),
    "DeclaresHook": (
        "hooks",
        'there is no "on_entity_archivd" in this plugin; did you mean "on_entity_archived"?',
    ),
    "DeclaresOtherRole": (
        "urls",
        'the permission "declaresotherrole.read" for editors, and its views need it for',
    ),
    "DeclaresPermission": ("urls", 'those of this plugin begin with "declarespermission.": rename it'),
    "DeclaresQueue": (
        "manifest",
        'there is no queue "hgih"; the queues are high, medium, low, bulk; did you mean',
    ),
    "DeclaresSettings": ("settings", "write them into DeclaresSettings/options.py"),
    "DeclaresTable": (
        "models",
        'there is no "DeclaresTable_nothing" in this plugin; take it out, or write it',
    ),
    "DeclaresTooFewHooks": ("hooks", '"on_entity_archived", which is not declared; add it'),
    "FileMisnamed": ("class", "file_misnamed.py must be named FileMisnamed.py"),
    "Hollow": ("discover", "holds no Python file"),
    "HookAsync": ("hooks", "is an async def"),
    "HookForeign": ("hooks", 'is marked for "valut"'),
    "HookMisspelt": ("hooks", "on_entity_archivd, which does not exist; did you mean on_entity_archived?"),
    "HookSpecTwice": ("hooks", "hook on_entity_archived is specified twice"),
    "HookTryfirst": ("hooks", "uses @hookimpl(tryfirst=True), which is refused"),
    "HookUnknownArgument": (
        "hooks",
        "takes entity_ident, but the hook has (entity_type, entity_id); did you mean",
    ),
    "HookWrapper": ("hooks", "uses @hookimpl(wrapper=True), which is refused"),
    "InitCloses": ("import", "it raised GeneratorExit: enough (InitCloses/__init__.py:3)"),
    "InitExits": ("import", "it called sys.exit('nothing to see here') (InitExits/__init__.py:5)"),
    "InitImportsViews": ("import", "it needs Django's settings or models while it is being imported"),
    "InitImportsMissing": (
        "import",
        "No module named 'a_package_that_nobody_has' (InitImportsMissing/__init__.py:3)",
    ),
    "InitInterrupts": ("import", "it raised KeyboardInterrupt (InitInterrupts/__init__.py:3)"),
    "InitRaises": ("import", "RuntimeError: the plugin is not well (InitRaises/__init__.py:3)"),
    "InitRecurses": ("import", "RecursionError"),
    "LateFailure": ("urls", "LookupError: no routes today (LateFailure/urls.py:3)"),
    "ManifestBroken": ("manifest", "ManifestBroken/plugin.yaml:2 is not valid YAML"),
    "ManifestUnknown": ("manifest", "plugin.yaml: license is unknown; did you mean licence?"),
    "MigrationBroken": (
        "migrations",
        "a migration that fails (MigrationBroken/migrations/0001_initial.py:3)",
    ),
    "MigrationFollows": (
        "migrations",
        'depends on ("ModelsUnresolved", "0001_initial"), which does not exist',
    ),
    "MigrationForked": ("migrations", "run makemigrations --merge MigrationForked"),
    "MigrationLacksChange": (
        "migrations",
        "MigrationLacksChange.Memo.text has no migration (Alter field text on memo)",
    ),
    "MigrationLacksField": (
        "migrations",
        "MigrationLacksField.Memo.pinned has no migration (Add field pinned to memo)",
    ),
    "MigrationLacksModel": (
        "migrations",
        "MigrationLacksModel.Reminder has no migration (Create model Reminder)",
    ),
    "MigrationLacksRemoval": (
        "migrations",
        "MigrationLacksRemoval.Memo.text has no migration (Remove field text from memo)",
    ),
    "MigrationLost": ("migrations", 'depends on ("VaultModels", "0099_never_written"), which does not exist'),
    "MigrationRaises": (
        "migrations",
        "not applied: run manage.py migrate; the last time it failed with LookupError: no notes to begin with",
    ),
    "ModelsAccessorTwin": ("models", "clashes with reverse accessor"),
    "ModelsCoreTable": ("models", "of VaultModels.User; choose another Meta.db_table"),
    "ModelsFollow": ("models", "a relation with model"),
    "ModelsForeignLabel": ("models", 'write "ModelsForeignLabel"'),
    "ModelsHalf": ("models", "RuntimeError: the second half of the models (ModelsHalf/models.py:"),
    "ModelsQuotedTable": ("models", "of VaultModels.User; choose another Meta.db_table"),
    "ModelsUnresolved": ("models", "a relation with model 'Absent_Plugin.Parent'"),
    "ModelsWithoutMigration": (
        "migrations",
        "run: python manage.py plugins makemigrations ModelsWithoutMigration",
    ),
    "ModuleBroken": ("class", "cannot import name 'helpers_that_were_deleted'"),
    "NeedsOff": ("urls", "plugin Bystander is off: it is not in Base.active_plugins (NeedsOff/urls.py:3)"),
    "OrchestratorWrong": ("orchestrators", "it is no orchestrator class"),
    "ReadyRaises": ("ready", "RuntimeError: not ready (ReadyRaises/apps.py:"),
    "RequiresFailed": (
        "requires",
        "it needs the plugin InitRaises, which failed at stage import: RuntimeError: the plugin is not well",
    ),
    "RequiresLate": ("requires", "it needs the plugin LateFailure, which failed at stage urls"),
    "RequiresNewer": ("requires", "it needs NimbusVault >=99, and this is"),
    "RequiresNobody": ("requires", "it needs the plugin Nobody_Plugin >=1, which is not there"),
    "RequiresOff": ("requires", "it needs the plugin Bystander, which is off; add Bystander to"),
    "RequiresOther": ("requires", "it needs the plugin Witness >=3, and Witness is 2.1"),
    "RequiresPackage": (
        "requires",
        "the Python package a-package-that-nobody-has>=2, which is not installed",
    ),
    "RouteCatchAll": ("urls", 'route "<path:rest>" would catch requests meant for others'),
    "RouteClassView": ("urls", "has an invalid view, pass View.as_view()"),
    "RouteCore": ("urls", 'route "documents/<uuid>" belongs to the core already'),
    "RouteLoose": ("urls", 'which is for "documents/<uuid>" of the core'),
    "RouteSite": ("urls", 'route "site/mine" begins with "site", which is the core'),
    "RouteTwin": ("urls", 'route "witness/ping" belongs to plugin Witness already'),
    "RouteUnanchored": ("urls", "would catch requests meant for others"),
    "SettingsBroken": ("settings", "SettingsBroken.limit"),
    "UrlsEmptyHanded": ("urls", "urls.py defines no list urlpatterns"),
    "UrlsMissingThird": (
        "urls",
        "No module named 'a_third_package_that_nobody_has' (UrlsMissingThird/urls.py:3)",
    ),
    "ViewsSyntax": ("urls", "SyntaxError: '(' was never closed (views.py, line 4) (ViewsSyntax/views.py:4)"),
}
#: Plugins of the zoo that load; Witness first, so that of two that clash it is the one that stays.
WELL = ("RequiresWitness", "Witness", "Bare", "HookRaises", "DeclaresWell", "ModelsRestless")


@pytest.fixture(scope="module")
def crowded(site_with_database: Site) -> Site:
    site_with_database.configure([*WELL, *sorted(BROKEN)], SettingsBroken={"limit": "many"})
    site_with_database.migrate_and_create("acme", complaint="Migrations of plugin MigrationRaises failed")
    return site_with_database


@pytest.fixture(scope="module")
def plugins(crowded: Site) -> dict[str, dict[str, Any]]:
    return crowded.plugins()


@pytest.fixture(scope="module")
def outcome(crowded: Site) -> dict[str, Any]:
    probe = REPOSITORY / "tests" / "integration" / "host" / "probe_everything.py"
    return crowded.probe(probe, PASSWORD)  # type: ignore[no-any-return]


def test_every_plugin_of_the_zoo_is_looked_at() -> None:
    folders = {path.name for path in ZOO.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert folders | {"Absent_Plugin"} == {*BROKEN, *WELL, "Bystander"}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_plugin_says_stage_and_reason(plugins: dict[str, dict[str, Any]], name: str) -> None:
    stage, words = BROKEN[name]
    shown = plugins[name]
    assert (shown["state"], shown["stage"]) == ("absent" if name == "Absent_Plugin" else "failed", stage)
    assert words in shown["reason"]
    assert not shown["routes_registered"]


def test_plugins_beside_broken_ones_load(plugins: dict[str, dict[str, Any]]) -> None:
    assert {name: plugins[name]["state"] for name in WELL} == dict.fromkeys(WELL, "on")
    assert plugins["Witness"]["version"] == "2.1"
    assert plugins["Witness"]["routes_registered"]


def test_a_plugin_comes_behind_what_it_needs_and_both_say_so(plugins: dict[str, dict[str, Any]]) -> None:
    assert list(plugins)[:3] == ["Witness", "RequiresWitness", "Bare"]
    shown = plugins["RequiresWitness"]
    assert (shown["title"], shown["author"], shown["licence"]) == ("A plugin with a need", "The zoo", "MIT")
    assert shown["requires"] == {"Witness": ">=2,<3"}
    assert plugins["Witness"]["required_by"] == ["RequiresWitness"]


def test_a_plugin_that_is_not_configured_is_listed_as_off(plugins: dict[str, dict[str, Any]]) -> None:
    assert plugins["Bystander"]["state"] == "off"


def test_the_core_and_the_well_plugins_answer(outcome: dict[str, Any]) -> None:
    answers = outcome["answers"]
    assert answers["/vault/witness/ping"] == [200, "Witness"]
    assert answers["/vault/bare/ping"] == [200, "Bare"]
    for path in ("documents", "health/live", "health/ready", "api/schema", "plugins"):
        assert answers[f"/vault/{path}"][0] == 200, answers[f"/vault/{path}"]


def test_routes_of_broken_plugins_are_not_found(outcome: dict[str, Any]) -> None:
    for path in ("views-syntax/page", "route-class-view/page", "orchestrator-wrong/page", "no/such/page"):
        assert outcome["answers"][f"/vault/{path}"][0] == 404, path


def test_a_plugin_that_fails_at_the_last_stage_leaves_no_orchestrator(outcome: dict[str, Any]) -> None:
    assert outcome["orchestrators"] == []


def test_core_users_are_saved_and_deleted_beside_half_registered_models_and_signals(
    outcome: dict[str, Any],
) -> None:
    assert outcome["life"] == ["1 note", "VaultModels.User", "Witness.WitnessNote"]


def test_no_accessor_of_a_failed_plugin_remains_and_none_of_a_well_one_is_lost(
    outcome: dict[str, Any],
) -> None:
    assert outcome["attributes_of_user"] == ["late_notes", "witness_notes"]


def test_only_plugins_that_loaded_are_registered_for_hooks(outcome: dict[str, Any]) -> None:
    assert outcome["registered"] == ["DeclaresWell", "HookRaises", "Witness"]
    assert outcome["archived"] == ["Document 7"]


def test_a_hook_that_raises_is_counted_and_a_failed_collection_shown(outcome: dict[str, Any]) -> None:
    assert ["HookRaises", "on_entity_archived", 1, 1] in outcome["tallies"]
    assert ["Witness", "on_entity_archived", 1, 0] in outcome["tallies"]
    assert (
        outcome["reasons"]["HookRaises"]
        == "collect_health_checks raised KeyError; what it collects is left out"
    )


def test_modules_of_a_failed_plugin_are_forgotten(outcome: dict[str, Any]) -> None:
    assert outcome["modules_of_failed"] == []


def test_migrations_are_offered_for_sound_models_alone(crowded: Site, outcome: dict[str, Any]) -> None:
    offered = crowded.manage("makemigrations", "--dry-run")
    assert offered.returncode == 0, offered.stderr
    labels = re.findall(r"^Migrations for '(\w+)'", offered.stdout, re.MULTILINE)
    assert set(labels) == {"ModelsRestless", *(name for name in BROKEN if name.startswith("MigrationLacks"))}
    assert {"Witness", "LateFailure"} <= set(outcome["migrated_labels"])
    assert not {"ModelsHalf", "MigrationBroken", "ModelsAccessorTwin"} & set(outcome["migrated_labels"])


def test_the_migration_that_a_plugin_waits_for_can_be_made(crowded: Site) -> None:
    made = crowded.manage("makemigrations", "ModelsWithoutMigration", "--dry-run")
    assert made.returncode == 0, made.stderr
    assert "Create model Sound" in made.stdout
