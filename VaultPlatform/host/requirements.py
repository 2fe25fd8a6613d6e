"""What plugins need: NimbusVault in a range of versions, Python packages, one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from VaultPlatform.host.status import PluginRecord
from VaultPlatform.version import VERSION


def dependencies_first(names: Sequence[str], needs: Mapping[str, Collection[str]]) -> list[str]:
    """`names`, each behind those of them that it needs, otherwise in their order; a circle is broken somewhere."""
    ordered: dict[str, None] = {}
    begun: set[str] = set()

    def put(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        for needed in [each for each in names if each in needs.get(name, ())]:
            put(needed)
        ordered[name] = None

    for name in names:
        put(name)
    return list(ordered)


def circle_of(name: str, needs: Mapping[str, Collection[str]]) -> list[str]:
    """The shortest way by which `name` needs itself, such as [A, B, A]; empty if it does not."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for needed in needs.get(way[-1], ()):
            if needed == name:
                return [*way, name]
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return []


def lacking(record: PluginRecord, records: Mapping[str, PluginRecord]) -> str:
    """What the plugin needs and is not there, with what to do about it; empty if all is.

    Parameters: `records`, all plugins by name, those that are needed prepared as far as `record` is.
    """
    return next(_lacking(record, records), "")


def _lacking(record: PluginRecord, records: Mapping[str, PluginRecord]) -> Iterator[str]:
    requires = record.manifest.requires
    if not _fits(VERSION, requires.nimbusvault):
        yield f"it needs NimbusVault {requires.nimbusvault}, and this is {VERSION}; take a version of it that fits"
    for text in requires.packages:
        yield from _package(Requirement(text))
    needs = {name: each.manifest.requires.plugins for name, each in records.items()}
    if circle := circle_of(record.name, needs):
        yield f"it is in a circle of plugins that need one another, {' → '.join(circle)}; one of them has to do without"
    for name, wanted in requires.plugins.items():
        yield from _plugin(name, wanted, records.get(name))
        if record.manifest.level == "site" and records[name].manifest.level != "site":
            yield (
                f"it is on in every organisation (level: site) and needs the plugin {name}, which each may switch off; "
                f'write "level: organisation" into its plugin.yaml, or "level: site" into that of {name}'
            )


def _package(wanted: Requirement) -> Iterator[str]:
    if wanted.marker is not None and not wanted.marker.evaluate():
        return
    name = f"{wanted.name}{wanted.specifier}"
    try:
        there = version(wanted.name)
    except PackageNotFoundError:
        yield f'it needs the Python package {name}, which is not installed; pip install "{name}"'
        return
    if not _fits(there, str(wanted.specifier)):
        yield f'it needs the Python package {name}, and {there} is installed; pip install "{name}"'


def _plugin(name: str, wanted: str, found: PluginRecord | None) -> Iterator[str]:
    needed = f"it needs the plugin {name}{f' {wanted}' if wanted else ''}"
    if found is None or found.source is None:
        yield f"{needed}, which is not there; install it, and add it to Base.active_plugins"
    elif found.state == "off":
        yield f"{needed}, which is off; add {name} to Base.active_plugins"
    elif found.state != "on":
        stage = f" at stage {found.stage}" if found.stage else ""
        yield f"{needed}, which failed{stage}: {found.reason}"
    elif not _fits(found.version, wanted):
        yield f"{needed}, and {name} is {found.version}; take versions of the two that go together"


def _fits(there: str, wanted: str) -> bool:
    return SpecifierSet(wanted).contains(there, prereleases=True)
