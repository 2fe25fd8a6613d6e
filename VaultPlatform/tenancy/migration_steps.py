"""The steps in which one database is migrated: the core at first, then each plugin on its own.

Django runs the migrations of all apps as one plan, and one that raises ends it. Here each step sees the core's
migrations and those that it needs, and no others, so that a plugin's cannot be in another's way.
"""

import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import Signal

#: App label and name of a migration.
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is migrated in one go."""

    #: The plugin's name; None for the core.
    plugin: str | None
    #: The labels whose migrations are run.
    labels: frozenset[str]
    #: The labels of the plugins whose migrations have to be there before.
    needs: frozenset[str]
    #: The labels that the step must not see.
    hidden: frozenset[str]

    def is_done(self, applied: Collection[Key]) -> bool:
        """Whether all of the step's migrations are `applied`, or replaced by one that is."""
        own = {
            key: migration for key, migration in _migrations_of_the_code().items() if key[0] in self.labels
        }
        replaced = {
            tuple(key) for name, migration in own.items() if name in applied for key in migration.replaces
        }
        return all(key in applied or key in replaced for key in own)

    def migrations(self) -> list[Migration]:
        """Those of its labels, whether they are applied or not."""
        return [each for key, each in _migrations_of_the_code().items() if key[0] in self.labels]

    def migrations_waiting(self, alias: str) -> list[Migration]:
        """Those of its labels that the database lacks; what is replaced by an applied one is among them."""
        applied = MigrationRecorder(connections[alias]).applied_migrations()
        return [each for each in self.migrations() if (each.app_label, each.name) not in applied]


def steps_waiting(alias: str) -> list[Step]:
    """The steps that the database is behind by, in order; one query."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return [step for step in steps() if not step.is_done(applied)]


def steps() -> Iterator[Step]:
    """The core, then the plugins that have migrations, each behind those that it needs."""
    names = plugin_labels()
    labels = frozenset(names)
    core = frozenset(config.label for config in apps.get_app_configs()) - labels
    yield Step(plugin=None, labels=core, needs=frozenset(), hidden=labels)
    needed = _needs(labels)
    for label in _in_order(names, needed):
        seen = frozenset(_closure(label, needed))
        yield Step(plugin=names[label], labels=frozenset({label}), needs=seen - {label}, hidden=labels - seen)


def plugin_labels() -> dict[str, str]:
    """App label -> name of each plugin whose migrations Django is to see, in the order of the settings."""
    return {
        config.label: config.name.split(".")[1]
        for config in apps.get_app_configs()
        if config.name.startswith("Plugins.") and settings.MIGRATION_MODULES.get(config.label, "") is not None
    }


@functools.cache
def _migrations_of_the_code() -> dict[Key, Migration]:
    """Read once: a running process does not change its code."""
    loader = MigrationLoader(None, ignore_no_migrations=True, load=False)
    loader.load_disk()
    return dict(loader.disk_migrations)


def _needs(labels: frozenset[str]) -> dict[str, set[str]]:
    """Label -> labels of the plugins that its migrations name, whether as what comes before or (turned) behind."""
    needed: dict[str, set[str]] = {label: set() for label in labels}
    for (label, _), migration in _migrations_of_the_code().items():
        if label in labels:
            needed[label] |= {before for before, _ in migration.dependencies if before in labels}
            for after, _ in migration.run_before:
                if after in labels:
                    needed[after].add(label)
    return {label: needed[label] - {label} for label in needed}


def _closure(label: str, needed: dict[str, set[str]]) -> list[str]:
    """`label` behind all that it needs, directly or not; of a circle, each once."""
    found: list[str] = []
    begun: set[str] = set()

    def visit(each: str) -> None:
        if each not in begun:
            begun.add(each)
            for before in sorted(needed[each]):
                visit(before)
            found.append(each)

    visit(label)
    return found


def _in_order(names: dict[str, str], needed: dict[str, set[str]]) -> list[str]:
    return list(dict.fromkeys(each for label in names for each in _closure(label, needed)))


class _Loader(MigrationLoader):
    """Sees no migration and no app of the labels in `hidden`."""

    def __init__(self, connection: BaseDatabaseWrapper, *, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        super().__init__(connection)

    def load_disk(self) -> None:
        super().load_disk()
        for key in [key for key in self.disk_migrations if key[0] in self._hidden]:
            del self.disk_migrations[key]
        self.migrated_apps -= self._hidden
        self.unmigrated_apps -= self._hidden


class _Executor(MigrationExecutor):
    """Django's, on what one step sees."""

    def __init__(self, connection: BaseDatabaseWrapper, *, hidden: frozenset[str], progress: Any) -> None:
        self.connection = connection
        self.loader = _Loader(connection, hidden=hidden)
        self.recorder = MigrationRecorder(connection)
        self.progress_callback = progress

    def state_as_applied(self) -> ProjectState:
        """The models as the migrations that are applied leave them."""
        return self._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined,no-any-return]


def run_step(step: Step, alias: str, *, progress: Callable[..., None], **told: Any) -> None:
    """Run the migrations of `step` that the database lacks, with Django's signals around them.

    Parameters: `progress`, Django's progress callback; `told`, handed on to the signals' receivers. Raises whatever
    a migration raises.
    """
    connection = connections[alias]
    connection.prepare_database()
    executor = _Executor(connection, hidden=step.hidden, progress=progress)
    executor.loader.check_consistent_history(connection)
    targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in step.labels]
    plan = executor.migration_plan(targets)
    state = executor.state_as_applied()
    told = {**told, "using": alias, "plan": plan, "interactive": False}
    configs = [config for config in apps.get_app_configs() if config.label not in step.hidden]
    _announce(pre_migrate, configs, apps=state.apps, **told)
    state = executor.migrate(targets, plan=plan, state=state.clone())
    state.clear_delayed_apps_cache()
    _announce(post_migrate, configs, apps=state.apps, **told)


def migrate_back(label: str, kept: Collection[str], alias: str) -> None:
    """Reverse a plugin's migrations but for those in `kept`. Raises what a migration raises that has no way back.

    Parameters: `label`, of the plugin's app; `kept`, the names of its migrations that are to stay applied.
    """
    step = next(each for each in steps() if label in each.labels)
    executor = _Executor(connections[alias], hidden=step.hidden, progress=None)
    graph = executor.loader.graph
    own = [key for key in executor.loader.applied_migrations if key[0] == label and key[1] in kept]
    last = [key for key in own if not any(child in own for child in graph.node_map[key].children)]
    executor.migrate(last or [(label, None)])  # None is "none of it"


def _announce(signal: Signal, configs: list[AppConfig], **told: Any) -> None:
    """Tell the receivers of the apps that the step sees; a plugin that is not migrated yet may want its own tables."""
    for config in configs:
        if config.models_module is not None:
            signal.send(sender=config, app_config=config, **told)
