"""An activation from its beginning to its end: each stage is written down before it begins, and undone if one fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from VaultPlatform.activation.children import ChildFailed, run_candidate, run_without_killers
from VaultPlatform.activation.errors import ActivationError, Refused, RowsLost, Undone
from VaultPlatform.activation.journal import Entry, Journal, digest
from VaultPlatform.activation.outlook import plugins_on, unfit_of
from VaultPlatform.activation.plan import Plan
from VaultPlatform.activation.reloading import PATIENCE_SECONDS, running_plugins
from VaultPlatform.activation.settings_file import active_plugins, replace_file, with_active_plugins
from VaultPlatform.activation.undoing import candidate_file, undo
from VaultPlatform.activation.versions import clear, put_new, staging
from VaultPlatform.config.errors import sentence
from VaultPlatform.host.left_out import keep_left_out, read_left_out
from VaultPlatform.serving import control

#: Seconds for which a list may take to load, and migrations to run.
LOADING_SECONDS, MIGRATING_SECONDS = 60.0, 3600.0
AT_NEXT_START = "The site is not running here: it takes effect at the next start."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the activation happens, and how it is told of."""

    home: Path
    settings: Path
    #: Told each stage, in words.
    say: Callable[[str], None] = lambda _line: None
    loading_seconds: float = LOADING_SECONDS
    migrating_seconds: float = MIGRATING_SECONDS
    #: Whether what was killed is taken back first: not in a server's process, which that might replace.
    recovers: bool = True


class Activation:
    """One attempt to bring a plan about. The caller holds the locks.

    Parameters: `on_now`, the plugins that are on at present, and have to stay so if they are in the new list; None to
    find that out in a process of its own if it matters.
    """

    def __init__(self, plan: Plan, entry: Entry, *, place: Place, on_now: Collection[str] | None) -> None:
        self.plan, self.entry, self.place = plan, entry, place
        self._on_now = on_now
        self._journal = Journal(place.home)
        #: What all processes have to do without; what is asked for is tried in any case.
        self._left_out = {
            name: each for name, each in read_left_out(place.home).items() if name not in plan.wanted
        }

    def run(self) -> Entry:
        """Do it. Raises Refused when nothing was changed, Undone when all was put back, RowsLost when not."""
        try:
            self._check()
            self._migrate()
            self._write()
            self._reload()
            self._end("done")
        except Refused as error:
            self._say_why(error)
            self._end("refused")
            raise
        except BaseException as error:
            self._take_back(error)
            if isinstance(error, Exception):
                kind = RowsLost if self.entry.lost else Undone
                raise kind(
                    " ".join([self.entry.reason, *self.entry.lost]), reasons=self.entry.reasons
                ) from error
            raise
        return self.entry

    # ------------------------------------------------------------------ stages

    def _check(self) -> None:
        self.place.say("Trying the new list in a process of its own ...")
        content = self.place.settings.read_bytes()
        wanted = self._candidate(content)
        self.entry.before, self.entry.after = digest(content), digest(wanted)
        self._journal.keep_before(self.entry, content)
        tried = self._with_staged(wanted)
        self._journal.keep_candidate(self.entry, tried)
        self._journal.enter(self.entry, "checking")
        found = self._try(tried)
        self.entry.labels, self.entry.applied = found["labels"], found["applied"]
        if found["waiting"]:
            self._rehearse()
        self.entry.notes += [
            f"The API description has to do without {name}." for name in found["undescribed"]
        ]

    def _candidate(self, content: bytes) -> bytes:
        text = content.decode("utf-8")
        if active_plugins(text) == list(self.plan.after):
            return content
        return with_active_plugins(text, self.plan.after).encode()

    def _with_staged(self, wanted: bytes) -> bytes:
        """The settings by which the waiting version of a plugin is found before the one in place."""
        if not self.entry.staged:
            return wanted
        document = json.loads(wanted.decode("utf-8-sig"))
        base = document.setdefault("Base", {})
        base["plugin_dirs"] = [str(staging(self.place.home, self.entry.id)), *base.get("plugin_dirs", [])]
        return json.dumps(document).encode()

    def _try(self, wanted: bytes) -> dict[str, Any]:
        settings = candidate_file(self.place.settings)
        try:
            replace_file(settings, wanted)
            settings.chmod(self.place.settings.stat().st_mode & 0o7777)
        except OSError as error:
            raise Refused(f"{settings.parent} cannot be written to ({error.strerror}).") from error
        try:
            found, self._left_out = run_without_killers(
                "try_plugins",
                **self._tried(self.place.loading_seconds),
                needed=lambda name: name in self.plan.wanted or name in self._must_be_on(),
                labels_of=list(self.plan.wanted),
            )
        except ChildFailed as error:
            raise Refused(self._said_of(error), reasons=error.reasons) from error
        self._refuse_what_did_not_load(found)
        self._left_out |= unfit_of(found)
        # What is known of an old version holds for it still, should the new one be taken back.
        loaded = () if self.plan.action == "update" else self.plan.wanted
        keep_left_out(self.place.home, self._left_out, loaded=loaded)
        return found

    def _said_of(self, error: ChildFailed) -> str:
        suspects = self.plan.switched_on or self.plan.wanted
        name = error.plugin or (suspects[0] if len(suspects) == 1 else None)
        if name is None:
            return str(error)
        if name in self.plan.wanted:
            return self._refused(name, error.why)
        return sentence(f"{name}, which is on, would not load any more: {error.why}")

    def _not_on(self, name: str, why: str) -> str:
        what = "cannot be loaded as it is now" if self._is_in_the_list(name) else "cannot be switched on"
        return sentence(f"{name} {what}: {why}")

    def _refused(self, name: str, why: str) -> str:
        """The same before anything was changed; to whom has the plugin on already, that is the point of it."""
        said = self._not_on(name, why)
        return f"{said} What runs stays as it is." if self._is_in_the_list(name) else said

    def _is_in_the_list(self, name: str) -> bool:
        return self.plan.action in ("apply", "update") and name in self.plan.before

    def _refuse_what_did_not_load(self, found: dict[str, Any]) -> None:
        named = str(candidate_file(self.place.settings))
        if error := found.get("error"):
            for name in self.plan.wanted:
                if name in found["reasons"]:
                    words = found["reasons"][name]
                    raise Refused(self._refused(name, words), reasons=found["reasons"])
            raise Refused(str(error).replace(named, str(self.place.settings)), reasons=found["reasons"])
        failed = {
            name: f"stage {stage}: {reason}".replace(named, str(self.place.settings))
            for name, (state, stage, reason) in found["plugins"].items()
            if state != "on" and name in self.plan.after
        }
        for name in self.plan.wanted:
            if name in failed:
                raise Refused(self._refused(name, failed[name]), reasons=failed)
        if failed and (lost := [name for name in failed if name in self._must_be_on()]):
            name, reason = lost[0], failed[lost[0]]
            raise Refused(sentence(f"{name}, which is on, would not load any more: {reason}"), reasons=failed)
        if found["complaints"]:
            raise Refused(sentence(f"The site would not start: {found['complaints'][0]}"))

    def _rehearse(self) -> None:
        """Have the migrations fail before one of them is run, if they would."""
        asked = {"labels": self.entry.labels, "organisations": list(self.entry.applied)}
        try:
            found = self._run("rehearse", self.place.migrating_seconds, **asked)
        except ChildFailed as error:
            raise Refused(self._said_of(error), reasons=error.reasons) from error
        if wrong := found.get("error"):
            raise Refused(str(wrong))
        reasons = {name: f"stage migrations: {reason}" for name, reason in found["refused"].items()}
        for plugin, database, reason in found["failed"]:
            reasons[plugin] = f"its migrations failed in {database}: {reason}"
        for name, reason in reasons.items():
            raise Refused(self._refused(name, reason), reasons=reasons)
        self.entry.notes += found["notes"]

    def _must_be_on(self) -> set[str]:
        if self._on_now is None:
            seconds = self.place.loading_seconds
            self._on_now = plugins_on(self.place.settings, home=self.place.home, seconds=seconds)
        return {*self.plan.wanted, *({*self._on_now} & {*self.plan.after})}

    def _migrate(self) -> None:
        if not self.entry.labels:
            return
        self.place.say("Running migrations ...")
        self.entry.migrated = True
        self.entry.failures = _read(self.place.home / "plugin_migrations_failed.json")
        self._journal.enter(self.entry, "migrating")
        outcome = self._run("migrate", self.place.migrating_seconds)
        if error := outcome.get("error"):
            raise ActivationError(str(error))
        failed = [each for each in outcome["plugins"] if each[0] in self.plan.wanted]
        failed = failed or [each for each in outcome["plugins"] if each[0] in self._must_be_on()]
        self.entry.failed_in = [database for _, database, _ in failed]
        for plugin, database, reason in failed:
            words = f"its migrations failed in {database}: {reason}"
            raise ActivationError(self._not_on(plugin, words), reasons={plugin: words})
        for name, reason in outcome["failed"].items():
            if name not in outcome["organisations"]:
                self.entry.notes.append(f"{name} could not be migrated: {reason}")

    def _write(self) -> None:
        self._journal.enter(self.entry, "writing")
        if self.entry.before != self.entry.after:
            self.place.say(f"Writing {self.place.settings} ...")
            if digest(self.place.settings.read_bytes()) != self.entry.before:
                raise ActivationError("Somebody else has changed the settings file meanwhile; ask again.")
            replace_file(self.place.settings, self._candidate(self.place.settings.read_bytes()))
        if self.entry.staged:
            put_new(self.place.home, self.entry)

    def _reload(self) -> None:
        if not control.is_running(self.place.home):
            self.entry.notes.append(AT_NEXT_START)
            return
        self.place.say("Replacing web, worker and scheduler by new ones ...")
        self.entry.told = True
        self._journal.enter(self.entry, "reloading")
        on, off = sorted(self._must_be_on()), list(self.plan.switched_off)
        request = {"do": "reload", "on": on, "off": off}
        try:
            said = control.ask(self.place.home, request, seconds=PATIENCE_SECONDS)
        except control.NoSupervisor:
            if control.is_running(self.place.home):
                raise ActivationError("The supervisor did not answer in time.") from None
            self.entry.notes.append(AT_NEXT_START)
            return
        if not said.get("ok"):
            raise ActivationError(str(said.get("reason")), reasons=dict(said.get("reasons", {})))
        self._probe()

    def _probe(self) -> None:
        """The reports of each process were looked at before the old ones had to go; now the site as a whole."""
        self._journal.enter(self.entry, "probing")
        for plugins in running_plugins(self.place.home):
            for name in self._must_be_on():
                state, stage, reason = plugins.get(name, ("absent", None, None))
                if state != "on":
                    words = f"stage {stage}: {reason}"
                    raise ActivationError(
                        sentence(f"{name} is not on in a new process: {words}"), reasons={name: words}
                    )
        if said := control.ask(self.place.home, {"do": "health"}, seconds=60).get("reason"):
            raise ActivationError(sentence(f"The site is not well with the new list: {said}"))

    # ------------------------------------------------------------------ ends

    def _run(self, work: str, seconds: float, **asked: Any) -> dict[str, Any]:
        return run_candidate(work, **self._tried(seconds), **asked)

    def _tried(self, seconds: float) -> dict[str, Any]:
        return {
            "settings": candidate_file(self.place.settings),
            "home": self.place.home,
            "seconds": seconds,
            "plugins": self.plan.after,
            "left_out": self._left_out,
        }

    def _say_why(self, error: BaseException) -> None:
        self.entry.reason = str(error) or f"It was ended by {type(error).__name__}."
        self.entry.reasons = getattr(error, "reasons", {})

    def _take_back(self, error: BaseException) -> None:
        self._say_why(error)
        self.place.say("That failed; putting everything back as it was ...")
        undo(self.entry, journal=self._journal, home=self.place.home, settings=self.place.settings)

    def _end(self, state: str) -> None:
        candidate_file(self.place.settings).unlink(missing_ok=True)
        self._journal.enter(self.entry, state)
        clear(self.place.home, self.entry)


def _read(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text()
    return None
