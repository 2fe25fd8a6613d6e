"""What others are told of the plugin: its manifest, the catalogue; and whether it loads, if the host has tried."""

import re
from collections.abc import Iterator
from pathlib import Path

from VaultPlatform.checklist.catalogue import PAGE, is_listed
from VaultPlatform.checklist.exceptions import MANIFEST, allowances
from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.registry import EVERYBODY, RULES, rule
from VaultPlatform.checklist.subject import Subject
from VaultPlatform.config.errors import sentence
from VaultPlatform.host.manifest import ManifestError, read_manifest

_WANTED = ("name", "version", "title", "description", "author")
#: At the beginning of the reason why a plugin does not load.
_SETTINGS = re.compile(r"stage settings: (?P<file>[^:]+\.json): (?P<block>\w+)")
#: At its end.
_PLACE = re.compile(r"\((?P<file>[\w./-]+\.(?:py|yaml)):(?P<line>\d+)\)")


@rule(
    "manifest",
    says="plugin.yaml says name, version, title, description and author.",
    remedy="Write what is missing, and mend or take out what cannot be read or is not known; docs/plugins.md shows all"
    " keys.",
)
def _manifest(subject: Subject) -> Iterator[Spot]:
    if not subject.has(MANIFEST):
        yield subject.at(MANIFEST, "There is no plugin.yaml.")
        return
    try:
        manifest = read_manifest(subject.folder)
    except ManifestError as error:
        yield subject.at(MANIFEST, sentence(str(error)), line=_line_of_key(subject, str(error)))
        return
    for key in _WANTED:
        if key not in manifest.model_fields_set or not getattr(manifest, key):
            yield subject.at(MANIFEST, f"{key} is missing.")


@rule(
    "catalogued",
    says=f"A plugin that is shipped is listed in {PAGE}.",
    remedy="Run manage.py plugins catalogue, which makes the page from the manifests.",
)
def _catalogued(subject: Subject) -> Iterator[Spot]:
    if subject.is_shipped and not is_listed(subject.name, repository=subject.site.repository):
        yield subject.at(MANIFEST, f"{subject.name} is not listed in {PAGE}.")


@rule(
    "loads",
    says="The plugin loads where it is switched on.",
    remedy="Mend what the reason names; manage.py plugins show <Name> has the traceback.",
)
def _loads(subject: Subject) -> Iterator[Spot]:
    reason = subject.site.failures.get(subject.name)
    if reason is not None:
        said = sentence(f"It did not load: {reason}")
        if found := _PLACE.search(reason):
            name = found["file"].removeprefix(f"{subject.name}/")
            yield subject.at(name, said, line=int(found["line"]))
        elif MANIFEST in reason:
            yield subject.at(MANIFEST, said, line=_line_of_key(subject, reason))
        elif found := _SETTINGS.match(reason):
            yield Spot(
                subject.file(Path(found["file"])), _line_of_block(Path(found["file"]), found["block"]), said
            )
        else:
            yield subject.at("__init__.py", said)


def _line_of_key(subject: Subject, reason: str) -> int:
    """The line of plugin.yaml that a reason names, or that has the key which it names first."""
    if found := re.search(rf"{re.escape(MANIFEST)}:(?P<line>\d+)", reason):
        return int(found["line"])
    named = re.search(rf"{re.escape(MANIFEST)}: (?P<key>\w+)", reason)
    return _line_with(subject.folder / MANIFEST, rf"\s*{named['key']}\s*:") if named else 1


def _line_of_block(settings: Path, block: str) -> int:
    return _line_with(settings, rf'.*"{re.escape(block)}"\s*:')


def _line_with(file: Path, pattern: str) -> int:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if re.match(pattern, line)), 1)


@rule(
    "exceptions-explained",
    says="An exception from the checklist names a rule, and its reason.",
    remedy="Write # checklist: allow <rule>: <why it is right here>.",
    scope=EVERYBODY,
)
def _exceptions_explained(subject: Subject) -> Iterator[Spot]:
    for each in allowances(subject):
        if each.rule not in RULES:
            yield Spot(each.file, each.line, f"There is no rule {each.rule}.")
        elif not each.reason:
            yield Spot(each.file, each.line, f"The exception from {each.rule} has no reason.")
