"""What is known of a plugin: the record the host keeps, and the value it shows.

Also the two ways a plugin can be refused: `StageError` inside the host, `PluginLoadError` for the whole site.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from VaultPlatform.host.manifest import Manifest
from VaultPlatform.host.sources import Source

State = Literal["on", "off", "failed", "absent"]
ErrorMode = Literal["skip", "refuse", "none"]


class Stage(StrEnum):
    """The steps by which a plugin is loaded, in order; a plugin that fails names the step at which it did."""

    DISCOVER = "discover"
    MANIFEST = "manifest"
    REQUIRES = "requires"
    IMPORT = "import"
    SETTINGS = "settings"
    APPS = "apps"
    MODELS = "models"
    MIGRATIONS = "migrations"
    READY = "ready"
    CLASS = "class"
    HOOKS = "hooks"
    URLS = "urls"
    ORCHESTRATORS = "orchestrators"


class StageError(Exception):
    """The host's own finding about a plugin; its message is the reason that is shown."""


class PluginLoadError(SystemExit):
    """A plugin did not load and `Base.plugin_errors` is "refuse": the process ends with this message, no traceback."""

    def __init__(self, *, failures: "list[PluginStatus]") -> None:
        self.failures = failures
        lines = [f"  {failure.name}: stage {failure.stage}: {failure.reason}" for failure in failures]
        super().__init__(
            'Refusing to start, for Base.plugin_errors is "refuse" and these plugins did not load:\n'
            + "\n".join(lines)
            + '\nMend them, take them out of Base.active_plugins, or set Base.plugin_errors to "skip".'
        )


@dataclass(frozen=True, kw_only=True)
class PluginStatus:
    """One plugin as operators may see it; others are not told what exceptions say, which may be a secret."""

    name: str
    #: From plugin.yaml, else "0".
    version: str
    state: State
    #: Where it failed; None unless state is "failed" or "absent".
    stage: str | None
    #: Why it is not on, or what is to be known though it is.
    reason: str | None
    #: The class of the exception whose text the reason is; None where the reason is the host's own words.
    raised: str | None
    #: What is loaded with the next switch or start, if that is something else.
    waiting: str | None
    #: Whether its routes answer.
    routes_registered: bool
    #: The folder it comes from, as configured; "" when there is none.
    source: str
    #: "repository", "folder" outside of it, or installed "package"; "" when it is nowhere.
    source_kind: str
    #: Name and version of the installed package that brings it; "" where none does.
    package: str
    #: From plugin.yaml, as it says them; "" where it does not.
    title: str
    description: str
    author: str
    licence: str
    homepage: str
    #: "organisation" if each organisation may switch it off, "site" if none may.
    level: str
    #: The plugins that it needs, each with a range of versions, "" for any.
    requires: dict[str, str]
    #: The Python packages that it needs.
    requires_packages: list[str]
    #: The plugins that are on and need it.
    required_by: list[str]


_SAID = ("title", "description", "author", "licence", "homepage")


@dataclass(kw_only=True)
class PluginRecord:
    """What the host knows of one plugin while it loads it and afterwards. Private to the host."""

    name: str
    source: Source | None = None
    #: Dotted name that leads to it beside `Plugins.<Name>`; "" while nobody knows that it hides no other's.
    own_name: str = ""
    #: What its plugin.yaml says.
    manifest: Manifest = field(default_factory=Manifest)
    state: State = "off"
    stage: Stage | None = None
    reason: str | None = None
    #: See `PluginStatus`.
    raised: str | None = None
    traceback: str | None = None
    #: The Django app label; None when the plugin is no app.
    label: str | None = None
    #: True once its models are registered and sound: then they stay, even if a later stage fails.
    has_models: bool = False
    instance: Any = None
    proxy: Any = None
    #: Its implementation of collect_orchestrators.
    collect_orchestrators: Callable[[], Any] | None = None
    #: Names it has registered.
    orchestrators: list[str] = field(default_factory=list)
    #: Normalised routes relative to vault/.
    routes: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    #: What was installed since, and what was edited by hand, and is not what was loaded; "" if that is the same.
    waiting: str = ""
    edited: str = ""

    @property
    def folder(self) -> Path | None:
        """Where its files are."""
        return self.source.folder if self.source else None

    @property
    def version(self) -> str:
        """From plugin.yaml, else "0"."""
        return self.manifest.version

    @property
    def package(self) -> str:
        """The dotted name it is imported by."""
        return f"Plugins.{self.name}"

    def shown(self, *, required_by: Sequence[str]) -> PluginStatus:
        """Return this record as the value that may be shown; `required_by`, the plugins that are on and need it."""
        return PluginStatus(
            name=self.name,
            version=self.version,
            state=self.state,
            stage=str(self.stage) if self.stage else None,
            reason=self.reason or "; ".join(self.notes) or None,
            raised=self.raised,
            waiting="; ".join(filter(None, [self.edited, self.waiting])) or None,
            routes_registered=self.state == "on" and bool(self.routes),
            source=str(self.folder or ""),
            source_kind=self.source.kind if self.source else "",
            package=self.source.package if self.source else "",
            **{name: getattr(self.manifest, name) for name in _SAID},
            level=self.manifest.level,
            requires=dict(self.manifest.requires.plugins),
            requires_packages=list(self.manifest.requires.packages),
            required_by=list(required_by),
        )
