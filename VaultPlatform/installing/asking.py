"""What a web server does for an operator: what needs no reload at once, the rest by asking the supervisor.

A server's process takes back nothing that was killed, for that might replace the process itself.
"""

from contextlib import ExitStack
from pathlib import Path

from VaultPlatform.activation.asking import leave, shelf_of_served
from VaultPlatform.activation.journal import Entry, new_id
from VaultPlatform.activation.transaction import Place
from VaultPlatform.activation.versions import package_file
from VaultPlatform.config import load_environment
from VaultPlatform.installing.installing import unpacked, version_here
from VaultPlatform.installing.uninstalling import Fate, dependants_there, refuse_dependants


def place_of_server(home: Path) -> Place:
    """This deployment, as a server's process may touch it."""
    return Place(home=home, settings=load_environment().settings, recovers=False)


def ask_for_update(package: Path, *, home: Path) -> Entry:
    """Ask for another version of an installed plugin, and return the activation as it is: asked for.

    Parameters: `package`, a file in the file system of `home`; it may go when this returns. Raises BadPackage, Unknown
    and Refused when it can be told at once that nothing will come of it; NotServed.
    """
    shelf = shelf_of_served("update PATH", home=home)
    activation = new_id()
    with ExitStack() as stack:
        name = unpacked(package, home, activation, stack).name
        version_here(name, shelf, home)
    kept = package_file(home, activation)
    kept.hardlink_to(package)
    return leave("update", name, [str(kept)], home=home, activation=activation)


def ask_for_uninstall(name: str, fate: Fate, *, home: Path) -> Entry:
    """Ask for a plugin to be taken away, and return the activation as it is: asked for.

    Raises Unknown and Refused when it can be told at once that nothing will come of it; NotServed.
    """
    shelf = shelf_of_served(f"uninstall {name} --{fate}", home=home)
    shelf.require([name])
    refuse_dependants(name, dependants_there(name, shelf))
    return leave("uninstall", name, [name, f"--{fate}"], home=home)
