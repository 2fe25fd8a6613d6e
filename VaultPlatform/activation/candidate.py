"""The child in which a list of plugins is tried, migrated or taken back: `python -m … WORK FOLDER`.

It reads `asked.json` in FOLDER and leaves `answer.json` there; `at` says which plugin it is loading. VAULT_SETTINGS
names the settings as they would be. What plugins print goes nowhere near the answer.
"""

import faulthandler
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from VaultPlatform.host.error_mode import SHOWING
from VaultPlatform.host.left_out import LeftOut
from VaultPlatform.host.trial import Trial, begin

#: As far as the plugin host is concerned, a process that has to see migrations which are not applied, and one that has
#: to load plugins which lack some.
MIGRATING, MAKING = "try_plugins", "makemigrations"


def try_plugins(asked: dict[str, Any]) -> dict[str, Any]:
    """Load everything, look at it, and say what would be migrated."""
    from VaultPlatform.activation.trying import look_at_everything

    return look_at_everything(list(asked["labels_of"]))


def try_loading(_asked: dict[str, Any]) -> dict[str, Any]:
    """Load everything as a start of the site does."""
    from VaultPlatform.activation.trying import load_everything

    return load_everything()


def show(_asked: dict[str, Any]) -> dict[str, Any]:
    """Say all that is known of each plugin, as in a process of the site."""
    from VaultPlatform.host.reporting import shown_plugins

    return {"plugins": shown_plugins()}


def rehearse(asked: dict[str, Any]) -> dict[str, Any]:
    """Try migrations, and leave everything as it was."""
    from VaultPlatform.activation.rehearsal import rehearse as work

    return asdict(work(list(asked["labels"]), list(asked["organisations"])))


def migrate(_asked: dict[str, Any]) -> dict[str, Any]:
    """Run the migrations that wait, everywhere."""
    from VaultPlatform.tenancy import migrate_everything

    outcome = migrate_everything(verbosity=0)
    return {
        "failed": outcome.failed,
        "plugins": [[each.plugin, each.database, each.reason] for each in outcome.plugins],
        "organisations": outcome.organisations,
    }


def take_back(asked: dict[str, Any]) -> dict[str, Any]:
    """Bring the plugins' tables back to what they were."""
    from VaultPlatform.activation.taking_back import take_back as work

    taken = work(
        list(asked["labels"]),
        applied=dict(asked["applied"]),
        failed_in=list(asked["failed_in"]),
        only_empty=bool(asked["only_empty"]),
    )
    return asdict(taken)


def with_data(asked: dict[str, Any]) -> dict[str, Any]:
    """Count, export or drop what a plugin has in the databases."""
    from VaultPlatform.host.reporting import states_of_plugins
    from VaultPlatform.installing import data

    plugin = str(asked["plugin"])
    state, stage, reason = states_of_plugins().get(plugin, ("absent", None, None))
    if state != "on":
        return {"error": f"stage {stage}: {reason}", "reasons": {plugin: reason}}
    match asked["what"]:
        case "export":
            return {"rows": data.export_rows(plugin, Path(asked["file"]))}
        case "drop":
            return data.drop_tables(plugin)
    return data.count_rows(plugin)


def make_migrations(asked: dict[str, Any]) -> dict[str, Any]:
    """Write the migrations that a plugin lacks."""
    from VaultPlatform.activation.making_migrations import make_in_child as work

    folder = Path(asked["folder"])
    return work(asked["plugin"], folder, name=asked["name"], only_check=bool(asked["only_check"]))


WORK: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "try_plugins": try_plugins,
    "try_loading": try_loading,
    SHOWING: show,
    "rehearse": rehearse,
    "migrate": migrate,
    "take_back": take_back,
    "with_data": with_data,
    "make_migrations": make_migrations,
}
#: In these a plugin that leaves something behind in the process is refused.
_STRICT = ("try_plugins", "try_loading", SHOWING)


def main(work: str, folder: Path) -> int:
    """Do it. What goes wrong with settings or plugins as a whole is the answer's `error`."""
    asked = json.loads((folder / "asked.json").read_text())
    known = {name: LeftOut(**said) for name, said in asked["left_out"].items()}
    begin(Trial(at=folder / "at", left_out=known, strict=work in _STRICT))
    with (folder / "stack").open("w") as stack:
        faulthandler.enable(stack)
        faulthandler.dump_traceback_later(asked["seconds"], file=stack, exit=True)
        answer = _answered(WORK[work], asked)
        faulthandler.cancel_dump_traceback_later()
    draft = folder / "draft.json"
    draft.write_text(json.dumps(answer))
    draft.replace(folder / "answer.json")
    os._exit(0)  # threads and exit handlers of plugins have no say


def _answered(work: Callable[[dict[str, Any]], dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    import django

    from VaultPlatform.config import SettingsError
    from VaultPlatform.host import PluginLoadError

    try:
        django.setup()
        return work(asked)
    except PluginLoadError as error:
        reasons = {each.name: f"stage {each.stage}: {each.reason}" for each in error.failures}
        return {"error": str(error), "reasons": reasons}
    except SettingsError as error:
        return {"error": str(error), "reasons": {}}
    except BaseException as error:  # noqa: BLE001  # whatever it is, the parent has to know
        return {"error": f"{type(error).__name__}: {error}", "reasons": {}}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"
    wanted, place = sys.argv[1], Path(sys.argv[2])
    seen_as = {"make_migrations": MAKING, SHOWING: SHOWING}
    sys.argv = [sys.argv[0], seen_as.get(wanted, MIGRATING)]
    sys.exit(main(wanted, place))
