"""The stages after Django's models: class, hooks, urls, orchestrators; then one registration of all that passed.

Hooks and orchestrators are read and checked first and registered last, so that a plugin that fails has nothing to undo.
"""

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from VaultPlatform.host.containing import Containing
from VaultPlatform.host.declared import check_declared_hooks, check_declared_permissions
from VaultPlatform.host.hook_guards import guarded
from VaultPlatform.host.hooks import PluginProxy, implemented_names, read_implementations, unmarked
from VaultPlatform.host.imports import import_class, import_optional
from VaultPlatform.host.manager import VaultPluginManager
from VaultPlatform.host.orchestrators import LineFailures, collected
from VaultPlatform.host.routes import PluginRoutes, clash, routes_of
from VaultPlatform.host.shadowing import shadowing
from VaultPlatform.host.status import PluginRecord, Stage, StageError
from VaultPlatform.host.system_checks import check_plugins

if TYPE_CHECKING:
    from VaultPlatform.host.host import PluginHost


class Loading:
    """One run of the later stages; keeps what they found."""

    def __init__(self, *, host: "PluginHost") -> None:
        from Plugins.plugin_manager import plugin_manager

        self.host = host
        self.manager: VaultPluginManager = plugin_manager
        self.containing = Containing(host=host)
        self._routes: dict[str, PluginRoutes] = {}
        self._mounted = False
        self._owners: dict[str, str] = {}
        self._core_patterns: Sequence[Any] = ()

    def run(self) -> None:
        """Run all stages and register what passed."""
        check_plugins(self.host)
        self._each(Stage.CLASS, self._make_instance)
        self._each(Stage.HOOKS, self._add_specs)
        self._each(Stage.HOOKS, self._read_hooks)
        self._import_urls()
        self._register_lines()
        self._each(Stage.ORCHESTRATORS, self._register_collected)
        for record in reversed(self.host.records_on()):
            if record.proxy is not None:
                self.manager.register(record.proxy, name=record.name)

    def _each(self, name: Stage, work: Callable[[PluginRecord], None]) -> None:
        for record in self.host.records_on():
            if record.state == "on":  # none that it needs has failed meanwhile
                with self.host.run_stage(record, name):
                    work(record)

    def withdraw(self, record: PluginRecord) -> None:
        """Take a plugin's routes, hook implementations and orchestrators out."""
        self.containing.forget()
        if record.name in self._routes:
            self._routes.pop(record.name).close()
        record.routes = ()
        registry = _registry()
        for name in record.orchestrators:
            registry.unregister(name)
        record.orchestrators = []

    # ------------------------------------------------------------------ class and hooks

    def _make_instance(self, record: PluginRecord) -> None:
        module = import_optional(f"{record.package}.{record.name}")
        if module is None:
            _refuse_misnamed(record)
            return
        cls = import_class(module, record.name)
        try:
            record.instance = cls()
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise StageError(f"class {record.name} must be made without arguments: {error}") from error
            raise

    def _add_specs(self, record: PluginRecord) -> None:
        package = import_optional(f"{record.package}.Hooks")
        if package is not None:
            self.manager.add_specs(package)

    def _read_hooks(self, record: PluginRecord) -> None:
        if record.instance is None:
            check_declared_hooks(record, ())
            return
        functions = {}
        for implementation in read_implementations(record.instance, manager=self.manager):
            tally = self.containing.tally(record.name, implementation.hook)
            functions[implementation.attribute] = guarded(implementation, tally=tally, gate=self.containing)
            if implementation.hook == "collect_orchestrators":
                record.collect_orchestrators = implementation.function
        record.proxy = PluginProxy(instance=record.instance, functions=functions)
        check_declared_hooks(record, implemented_names(record.instance, manager=self.manager))
        record.notes += unmarked(record.instance, manager=self.manager)

    # ------------------------------------------------------------------ urls

    def _import_urls(self) -> None:
        from django.conf import settings

        importlib.import_module(settings.ROOT_URLCONF)
        if not self._mounted:
            raise RuntimeError(
                f"{settings.ROOT_URLCONF} does not mount the plugins: it must call host.urlpatterns()"
            )

    def mount(self, core_patterns: Sequence[Any]) -> list[Any]:
        """Check each plugin's routes against the core's and the others', and return the includes."""
        if not self._mounted:
            self._mounted = True
            self._owners = dict.fromkeys(routes_of(core_patterns), "the core")
            self._core_patterns = core_patterns
            self._each(Stage.URLS, self._mount)
        return [routes.mount for routes in self._routes.values()]

    def _mount(self, record: PluginRecord) -> None:
        module = import_optional(f"{record.package}.urls")
        if module is None:
            _check_permissions(record, [])
            return
        routes = PluginRoutes(module, is_on=partial(self.containing.is_on, record.name))
        reason = clash(routes.names, owners=self._owners) or self._shadowing(routes)
        if reason:
            raise StageError(reason)
        _check_permissions(record, [routes.mount])
        self._owners.update(dict.fromkeys(routes.names, f"plugin {record.name}"))
        record.routes = routes.names
        self._routes[record.name] = routes

    def _shadowing(self, routes: PluginRoutes) -> str | None:
        """Why routes that are spelt unlike others' would still answer the same paths."""
        there = {"the core": self._core_patterns}
        there |= {f"plugin {name}": [other.mount] for name, other in self._routes.items()}
        reasons = (shadowing([routes.mount], others=each, owner=owner) for owner, each in there.items())
        return next(filter(None, reasons), None)

    # ------------------------------------------------------------------ orchestrators

    def _register_lines(self) -> None:
        from Orchestrators.RegistrationLoader import load_registrations

        load_registrations(on_error=LineFailures(self._line_failed))

    def _line_failed(self, plugin: str | None, line_number: int, error: BaseException) -> None:
        where = f"Orchestrators/RegisterOrchestrator.py:{line_number}"
        record = self.host.record_of(plugin) if plugin else None
        if record is None:
            self.host.logger.error(
                "%s failed: %s: %s", where, type(error).__name__, error, exc_info=_telling(error)
            )
        elif record.state == "on":
            self.host.fail(record, Stage.ORCHESTRATORS, error)
            record.reason = f"{where}: {record.reason}"
        else:
            self.host.logger.info("%s is left out: plugin %s is %s", where, record.name, record.state)

    def _register_collected(self, record: PluginRecord) -> None:
        if record.collect_orchestrators is None:
            return
        registry = _registry()
        for name, cls in collected(record.collect_orchestrators).items():
            known = registry.names()
            registry.register(name, cls)
            if name not in known:
                record.orchestrators.append(name)


def _check_permissions(record: PluginRecord, patterns: Sequence[Any]) -> None:
    if record.manifest.permissions:
        from VaultPlatform.identity.permissions import area_of_plugin, least_roles

        check_declared_permissions(record, area=area_of_plugin(record.name), derived=least_roles(patterns))


def _refuse_misnamed(record: PluginRecord) -> None:
    """A class file that is named nearly like the plugin is meant to be found, and would not be."""
    for path in record.folder.glob("*.py") if record.folder else ():
        if path.stem.replace("_", "").casefold() == record.name.replace("_", "").casefold():
            raise StageError(
                f"{path.name} must be named {record.name}.py, exactly like its folder; rename it"
            )


def _registry() -> Any:
    from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

    return OrchestratorRegistry


def _telling(error: BaseException) -> BaseException | None:
    """The error, if its traceback tells more than its message does."""
    return None if isinstance(error, ModuleNotFoundError) else error
