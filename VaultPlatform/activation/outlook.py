"""What becomes of the plugins, found out beside this process: what `plugins list` shows, and a start leaves out."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from VaultPlatform.activation.children import ChildFailed, run_without_killers
from VaultPlatform.activation.settings_file import active_plugins
from VaultPlatform.host.error_mode import SHOWING
from VaultPlatform.host.left_out import LeftOut, files_of, keep_left_out, read_left_out
from VaultPlatform.keys import prepare_home
from VaultPlatform.serving import control

#: Seconds for which plugins may take to load in order to be shown, and before a start.
SHOWING_SECONDS, STARTING_SECONDS = 30.0, 60.0


def shown_plugins(settings: Path, *, home: Path, seconds: float = SHOWING_SECONDS) -> list[dict[str, Any]]:
    """Each plugin as a process of the site has it: the fields of a PluginStatus, and `traceback`.

    It takes one process, and one more for each plugin that hangs or ends it and is not known for it. Raises
    ChildFailed.
    """
    answer, _ = run_without_killers(
        SHOWING,
        settings=settings,
        home=home,
        seconds=seconds,
        plugins=_listed(settings),
        left_out=read_left_out(home),
    )
    if error := answer.get("error"):
        raise ChildFailed(str(error))
    return list(answer["plugins"])


def plugins_on(settings: Path, *, home: Path, seconds: float) -> set[str]:
    """Names of the plugins that are on. Raises ChildFailed."""
    shown = shown_plugins(settings, home=home, seconds=seconds)
    return {each["name"] for each in shown if each["state"] == "on"}


def unfit_of(answer: Mapping[str, Any]) -> dict[str, LeftOut]:
    """The plugins that leave something behind in the process that loads them, of the child's answer."""
    return {
        name: LeftOut(
            stage=stage, reason=reason, folder=folder, files=files_of(Path(folder)) if folder else ""
        )
        for name, (stage, reason, folder) in answer.get("unfit", {}).items()
    }


def leave_out_before_start(
    home: Path, settings: Path, *, say: Callable[[str], None], seconds: float = STARTING_SECONDS
) -> None:
    """Try the list before this process loads it, and write down the plugins that no process is to load.

    What is wrong with the settings, or with the folder, is left to the start to say.
    """
    listed = _listed(settings)
    if control.is_running(home) or not (listed or read_left_out(home)):
        return
    with suppress(OSError):
        prepare_home(home)
        found = _found(home, settings, listed, seconds) if listed else {}
        for name, each in found.items():
            say(f"Plugin {name} is left out: stage {each.stage}: {each.reason}.")
        keep_left_out(home, found, loaded=read_left_out(home).keys() - found.keys())


def _found(home: Path, settings: Path, listed: list[str], seconds: float) -> dict[str, LeftOut]:
    try:
        answer, found = run_without_killers(
            "try_loading", settings=settings, home=home, seconds=seconds, plugins=listed, left_out={}
        )
    except ChildFailed:
        return read_left_out(home)
    return {**found, **unfit_of(answer)}


def _listed(settings: Path) -> list[str]:
    with suppress(OSError, ValueError, AttributeError, TypeError):
        return active_plugins(settings.read_text(encoding="utf-8-sig"))
    return []
