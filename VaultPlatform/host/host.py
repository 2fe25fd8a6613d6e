"""The plugin host: loads each plugin stage by stage, all or nothing, and knows of each whether it is on and why not."""

import importlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from VaultPlatform.host import imports, own_names
from VaultPlatform.host.arrivals import Arrivals
from VaultPlatform.host.containment import before_django, fail, stage
from VaultPlatform.host.edits import Edits
from VaultPlatform.host.inventory import Inventory, find_plugins
from VaultPlatform.host.left_out import LeftOut
from VaultPlatform.host.manifest import ManifestError
from VaultPlatform.host.requirements import dependencies_first, lacking
from VaultPlatform.host.said import manifest_of, metadata_of
from VaultPlatform.host.sources import installed_plugins
from VaultPlatform.host.status import (
    ErrorMode,
    PluginLoadError,
    PluginRecord,
    PluginStatus,
    Stage,
    StageError,
)
from VaultPlatform.host.surroundings import kept
from VaultPlatform.host.trial import announced

if TYPE_CHECKING:
    from VaultPlatform.host.containing import Containing
    from VaultPlatform.host.loading import Loading
    from VaultPlatform.host.tallies import Tally
    from VaultPlatform.serving.hook_stats import HookStats
    from VaultPlatform.tenancy import Organisation


#: Organisations of which is remembered what is off.
_MOST_REMEMBERED = 4096


class BlockReader(Protocol):
    """What the host asks of the site's settings."""

    def plugin(self, name: str, model: type[BaseModel]) -> BaseModel: ...

    def unused_blocks(self, active: Sequence[str]) -> list[str]: ...


class PluginHost:
    """All plugins of this process.

    Parameters:
        configured: names in the order of `Base.active_plugins`; a plugin that others need is loaded before them.
        plugins_dir: the repository's Plugins/ folder, whose plugins win over those of the same name elsewhere.
        plugin_dirs: further folders of plugins.
        plugin_errors: "skip" leaves a failing plugin out, "refuse" ends the process, "none" loads no plugin.
        settings: gives each plugin its block.
        settings_file: in which `configured` is listed, should somebody edit it.
        installed: the folder among them that `plugins install` fills, of which nobody has to be told.
        hook_timeout_seconds: after which a call of a hook implementation is overdue.
        hook_failures: in a row, in one organisation, after which an implementation is switched off there.
        left_out: plugins that hang or end the process that loads them, with what was found.

    Made before Django's apps, it guards imports of plugins and runs the stages that need no Django; `load()` runs the
    last ones when all models are there. Raises `PluginLoadError` as soon as "refuse" and a failed plugin meet.
    """

    def __init__(
        self,
        *,
        configured: Sequence[str],
        plugins_dir: Path,
        plugin_dirs: Sequence[Path] = (),
        plugin_errors: ErrorMode = "skip",
        settings: BlockReader | None = None,
        settings_file: Path | None = None,
        installed: Path | None = None,
        hook_timeout_seconds: float = 5.0,
        hook_failures: int = 10,
        left_out: Mapping[str, LeftOut] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self.configured = list(dict.fromkeys(configured))
        #: Names of the plugins that are on, in the order of `configured`; the same list for the life of the process.
        self.loaded: list[str] = []
        self.plugin_errors, self._installed = plugin_errors, installed
        self.hook_timeout_seconds, self.hook_failures = hook_timeout_seconds, hook_failures
        self.logger = logger or logging.getLogger("vault.plugins")
        self._settings = settings
        self._left_out = left_out or {}
        self._inventory: Inventory = find_plugins(
            plugins_dir, folders=plugin_dirs, packages=installed_plugins()
        )
        self._records = {name: PluginRecord(name=name) for name in self.configured}
        for name, source in self._inventory.sources.items():
            self._records.setdefault(name, PluginRecord(name=name)).source = source
        self._modules: dict[str, ModuleType] = {}
        #: Names of the plugins that are off, by key of the organisation, as of that state of what was said.
        self._off: dict[str, frozenset[str]] = {}
        self._off_at: tuple[int, int] | None = None
        self._later: Loading | None = None
        self._arrivals = Arrivals(installed)
        imports.install(imports.PluginFinder(record_of=self.record_of))
        #: Of the plugins that are on, or were to be: own name -> what it is called.
        self._own_names: dict[str, str] = {}
        own_names.install(own_names.OwnNames(self._own_names), own_names.FolderPackages(plugin_dirs))
        self._folders = tuple(plugin_dirs)
        self._warn_of_missing_folders()
        listed = [self._records[name] for name in self.configured]
        self._edits = Edits(settings_file, installed=installed, loaded=listed)
        self._prepare_all()

    def _warn_of_missing_folders(self) -> None:
        for folder in self._folders:
            if not folder.is_dir():
                self.logger.warning(
                    "there is no folder of plugins %s; make it, or take it out of the settings", folder
                )

    def tell_of_folders(self) -> None:
        """Log from which folders plugins are importable; for processes that serve, since commands have answers."""
        for folder in self._folders:
            if folder.is_dir():
                level = logging.DEBUG if folder == self._installed else logging.INFO
                self.logger.log(level, "plugins importable from %s", folder)

    # ------------------------------------------------------------------ before Django's apps

    def _prepare_all(self) -> None:
        """Run the stages discover, manifest, requires, import, settings of each plugin."""
        self._read_manifests_of_others()
        if self.plugin_errors == "none":
            for name in self.configured:
                self._records[name].reason = 'Base.plugin_errors is "none", so no plugin is loaded'
            return
        for record in self._configured_records():
            record.state = "on"
            self.loaded.append(record.name)
            self._run_stages(record, (Stage.DISCOVER, self._discover), (Stage.MANIFEST, self._read_manifest))
        needs = {name: record.manifest.requires.plugins for name, record in self._records.items()}
        self.configured = dependencies_first(self.configured, needs)
        self.loaded.sort(key=self.configured.index)
        for record in self._configured_records():
            self._run_stages(
                record,
                (Stage.REQUIRES, self._check_requirements),
                (self._stage_left_out(record), self._refuse_left_out),
                (Stage.IMPORT, self._import),
                (Stage.SETTINGS, self._check_settings),
            )
        self._warn_of_unused_blocks()
        self._refuse_if_asked()

    def _run_stages(
        self, record: PluginRecord, *stages: tuple[Stage, Callable[[PluginRecord], None]]
    ) -> None:
        for name, work in stages:
            if record.state == "on":
                with self.run_stage(record, name), before_django():
                    work(record)

    def _discover(self, record: PluginRecord) -> None:
        ignored = self._inventory.shadowed.get(record.name, [])
        record.notes += [f"{source} is ignored" for source in ignored]
        if record.source is not None:
            record.manifest = metadata_of(record.source)
        source = self._inventory.source(record.name)
        record.own_name = source.own_name if record.state == "on" else ""
        if record.own_name:
            self._own_names.setdefault(record.own_name, record.name)

    def _read_manifest(self, record: PluginRecord) -> None:
        source = self._inventory.sources[record.name]
        record.manifest = manifest_of(source, plugin=record.name)

    def _read_manifests_of_others(self) -> None:
        """Of plugins that are off: they are shown, too."""
        for name in sorted(self._records.keys() - set(self.configured)):
            record = self._records[name]
            try:
                self._discover(record)
                self._read_manifest(record)
            except (ManifestError, StageError) as error:
                record.notes.append(str(error))

    def _check_requirements(self, record: PluginRecord) -> None:
        if reason := lacking(record, self._records):
            raise StageError(reason)

    def _stage_left_out(self, record: PluginRecord) -> Stage:
        found = self._left_out.get(record.name)
        return Stage(found.stage) if found is not None else Stage.IMPORT

    def _refuse_left_out(self, record: PluginRecord) -> None:
        found = self._left_out.get(record.name)
        if found is not None and found.holds_for(record.folder):
            raise StageError(found.reason)

    def _import(self, record: PluginRecord) -> None:
        self._modules[record.name] = importlib.import_module(record.package)

    def _check_settings(self, record: PluginRecord) -> None:
        from VaultPlatform.host.declared import declared_settings

        where = record.manifest.settings.rpartition(".")[0]
        model = declared_settings(record, imports.import_optional(f"{record.package}.{where}"))
        if model is not None and self._settings is not None:
            self._settings.plugin(record.name, model)

    def _warn_of_unused_blocks(self) -> None:
        if self._settings is not None:
            there = [record.name for record in self._configured_records() if record.state != "absent"]
            for key in self._settings.unused_blocks(there):
                self.logger.warning("the settings file has a block %s, but no plugin of that name is on", key)

    def installed_apps(self, core_apps: Sequence[str] = ()) -> list[Any]:
        """Run the stage apps, and return the AppConfig instances to put into INSTALLED_APPS.

        Parameters: `core_apps`, the entries they are put behind; no plugin may take the label of one.
        """
        from VaultPlatform.host.app_configs import app_config, core_labels, is_app

        candidates = [record for record in self._on() if is_app(record)]
        owners = core_labels(core_apps) if candidates else {}
        configs = []
        for record in candidates:
            if record.state != "on":  # one that it needs has failed
                continue
            with self.run_stage(record, Stage.APPS), before_django():
                config = app_config(record, module=self._modules[record.name], host=self)
                if config.label in owners:
                    raise StageError(
                        f'its app label "{config.label}" belongs to {owners[config.label]}; choose another in apps.py'
                    )
                owners[config.label] = f"plugin {record.name}"
                record.label = config.label
                configs.append(config)
        self._refuse_if_asked()
        return configs

    # ------------------------------------------------------------------ after all models

    def load(self) -> None:
        """Run the stages class to orchestrators and register what they found. A second call does nothing.

        Raises `PluginLoadError` when `plugin_errors` is "refuse" and a plugin failed.
        """
        from VaultPlatform.host.loading import Loading

        if self._later is None:
            self._later = Loading(host=self)
            self._later.run()
            self._refuse_if_asked()

    def check_migrated(self) -> None:
        """Fail the plugins that are on although the template lacks one of their migrations.

        `load()` does it too, but not in a process that is about to run them. Raises `PluginLoadError` as `load()` does.
        """
        from VaultPlatform.host.system_checks import check_migrated

        check_migrated(self)
        self._refuse_if_asked()

    def urlpatterns(self, core_patterns: Sequence[Any]) -> list[Any]:
        """Run the stage urls, and return the URL includes of the plugins that are on, to be mounted under /vault.

        Parameters: `core_patterns`, the core's routes, as under /vault; no plugin may repeat one. The
        includes answer nothing any more when their plugin fails at a later stage.
        """
        if self._later is None:
            raise RuntimeError(
                "routes are known when all apps are ready: do not import or reverse URLs before"
            )
        return self._later.mount(core_patterns)

    # ------------------------------------------------------------------ what is known

    def status(self) -> list[PluginStatus]:
        """Return every plugin configured or found: those of `configured` in order, then the others by name.

        One that was installed, updated or taken away since the process started is shown as it is now; of one that is
        loaded it is said what waits for it.
        """
        if self._arrivals.changed():
            self._records = self._arrivals.records(self._records, configured=self.configured)
        self._edits.look(self._records, configured=self.configured)
        records = self._records
        others = sorted(set(records) - set(self.configured))
        return [
            records[name].shown(required_by=self.required_by(name)) for name in (*self.configured, *others)
        ]

    def required_by(self, name: str) -> list[str]:
        """Names of the plugins that are on and need the plugin `name`, in order."""
        return [record.name for record in self._on() if name in record.manifest.requires.plugins]

    def is_on(self, name: str, organisation: "Organisation | None" = None) -> bool:
        """Whether the plugin `name` is on in `organisation`; without one, whether it loaded.

        The one place that answers this for routes, hooks, tasks and descriptions alike. It costs no query but for one
        every so often: see `VaultPlatform.host.switches`.
        """
        record = self._records.get(name)
        if record is None or record.state != "on":
            return False
        return organisation is None or name not in self.off_in(organisation)

    def why_off(self, name: str, organisation: "Organisation | None" = None) -> str | None:
        """Why the plugin `name` is off in `organisation`, or did not load; None if it is on."""
        record = self._records.get(name)
        if record is None or record.state != "on":
            return "there is no such plugin" if record is None else record.reason or f"it is {record.state}"
        if organisation is None or record.manifest.level == "site":
            return None
        from VaultPlatform.host.switches import switches

        for needed in record.manifest.requires.plugins:
            if self.why_off(needed, organisation):
                return f"it needs the plugin {needed}, which is off here"
        return switches.why_off(name, organisation.key)

    def forbidden_in(self, name: str, organisation: "Organisation") -> bool:
        """Whether the site's operator does not allow the plugin `name` in `organisation`."""
        from VaultPlatform.host.switches import switches

        record = self._records.get(name)
        at_site = record is not None and record.manifest.level == "site"
        return not at_site and not switches.allowed(name, organisation.key)

    def off_in(self, organisation: "Organisation") -> frozenset[str]:
        """Names of the plugins that loaded and are off in `organisation`; worked out once, until something changes."""
        from VaultPlatform.host.switches import switches

        switches.keep_fresh()
        state = (switches.version, len(self.loaded))
        if self._off_at != state:
            self._off_at, self._off = state, {}
        if (off := self._off.get(organisation.key)) is None:
            off = frozenset(name for name in self.loaded if self.why_off(name, organisation))
            if len(self._off) < _MOST_REMEMBERED:
                self._off[organisation.key] = off
        return off

    def traceback(self, name: str) -> str | None:
        """Return the traceback of the failure of the plugin `name`, if there was one. For operators only."""
        record = self._records.get(name)
        return record.traceback if record else None

    @property
    def gate(self) -> "Containing":
        """What the guards of hook implementations ask and tell. Raises RuntimeError before `load()`."""
        if self._later is None:
            raise RuntimeError("hooks are known when all apps are ready")
        return self._later.containing

    def hook_stats(self) -> list["Tally"]:
        """Return for each hook implementation what it did since the process started."""
        return list(self._later.containing.hook_stats()) if self._later else []

    def hook_stats_of_all(self) -> list["HookStats"]:
        """Return for each hook implementation what it did in all processes of the site on this host."""
        return self._later.containing.sharing.summed() if self._later else []

    def record_of(self, name: str) -> PluginRecord | None:
        """Return the host's record of the plugin `name`, None when nobody knows of it."""
        return self._records.get(name)

    # ------------------------------------------------------------------ for the stages

    @contextmanager
    def run_stage(self, record: PluginRecord, name: Stage) -> Iterator[None]:
        """The context in which a stage of a plugin runs: a failure ends there and undoes the plugin."""
        with (
            stage(record, name, undo=self.withdraw),
            announced(record.name, name, record.folder),
            kept(record.name, name),
        ):
            yield

    def fail(self, record: PluginRecord, name: Stage, error: BaseException) -> None:
        """Mark a plugin that is on as failed at a stage, and undo it."""
        fail(record, name, error, undo=self.withdraw)

    def withdraw(self, record: PluginRecord) -> None:
        """Take a failed plugin out of everything but its sound models, which core deletes still have to cascade to."""
        if record.name in self.loaded:
            self.loaded.remove(record.name)
        if self._later is not None:
            self._later.withdraw(record)
        if record.folder is not None:
            from VaultPlatform.host.models_undo import disconnect_signals
            from VaultPlatform.host.system_checks import forget_checks

            disconnect_signals(record.package)
            forget_checks(record.package)
            imports.forget(record)
        for name in self.required_by(record.name):
            other = self._records[name]
            self.fail(other, Stage.REQUIRES, StageError(lacking(other, self._records)))

    def without_migrations(self, label: str) -> None:
        """Have Django see no migrations for `label`."""
        from django.conf import settings

        settings.MIGRATION_MODULES[label] = None

    def records_on(self) -> list[PluginRecord]:
        """Return the records of the plugins that are on, in order."""
        return list(self._on())

    def _on(self) -> Iterator[PluginRecord]:
        return (record for record in self._configured_records() if record.state == "on")

    def _configured_records(self) -> Iterator[PluginRecord]:
        return (self._records[name] for name in self.configured)

    def _refuse_if_asked(self) -> None:
        failures = [status for status in self.status() if status.state in ("failed", "absent")]
        if failures and self.plugin_errors == "refuse":
            raise PluginLoadError(failures=failures)
