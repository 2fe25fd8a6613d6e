"""Where the running site has loaded something else than a process that is started now would."""

from pathlib import Path
from typing import Any

from VaultPlatform.activation.reloading import running_reports
from VaultPlatform.host.status import PluginRecord

#: Of one plugin: "on", "off" or "failed", and its version where it is on, None if that is not known.
_Loaded = tuple[str, str | None]
_OFF: _Loaded = ("off", None)


def compare_with_running(shown: list[dict[str, Any]], *, home: Path) -> None:
    """Say of each plugin in `shown` what the running site has instead, as `waiting`; add those that only it has.

    Parameters: `shown`, the fields of a PluginStatus each, as a process that is started now has them. Where no site
    runs, and where it has the same, nothing is said.
    """
    by_name = {plugin["name"]: plugin for plugin in shown}
    for process in map(_loaded_in, running_reports(home)):
        for name in [*by_name, *(name for name in process if name not in by_name)]:
            fresh, running = _fresh(by_name.get(name)), process.get(name, _OFF)
            if _differ(fresh, running):
                if name not in by_name:
                    by_name[name] = _gone(name)
                    shown.append(by_name[name])
                by_name[name]["waiting"] = by_name[name]["waiting"] or _words(fresh, running)


def _loaded_in(report: dict[str, Any]) -> dict[str, _Loaded]:
    versions = report.get("versions", {})
    return {name: _of(said[0], versions.get(name)) for name, said in report["plugins"].items()}


def _fresh(plugin: dict[str, Any] | None) -> _Loaded:
    return _of(plugin["state"], plugin["version"]) if plugin else _OFF


def _of(state: str, version: str | None) -> _Loaded:
    if state == "on":
        return state, version
    return _OFF if state == "off" else ("failed", None)


def _differ(fresh: _Loaded, running: _Loaded) -> bool:
    same_version = None in (fresh[1], running[1]) or fresh[1] == running[1]
    return fresh[0] != running[0] or not same_version


def _words(fresh: _Loaded, running: _Loaded) -> str:
    state, version = running
    if state == "on":
        known = f"version {version}" if version is not None else "it"
        return f"the running site has {known}" + ("" if fresh[0] == "on" else " on")
    return "the running site has it off" if state == "off" else "it failed in the running site"


def _gone(name: str) -> dict[str, Any]:
    """A plugin of which there is nothing any more."""
    shown = PluginRecord(name=name, reason="there is no such plugin any more").shown(required_by=())
    return {**vars(shown), "version": "", "traceback": None}
