"""Whether this site can take an archive in: it has to have the very tables that the archive's rows are from."""

from VaultPlatform.tenancy.archive.manifest import Manifest
from VaultPlatform.tenancy.archive.tables import applied_migrations
from VaultPlatform.tenancy.archive.tar import unfit


def check_requirements(manifest: Manifest) -> None:
    """Raises ValidationError, naming plugins and migrations and what to do, unless the current organisation's fit."""
    here = applied_migrations()
    for label, names in manifest.migrations.items():
        owner = f"plugin {manifest.plugins[label]}" if label in manifest.plugins else f"app '{label}'"
        if label not in here:
            raise unfit(
                f"it needs the {owner}, which is not on at this site: install it, list it in Base.active_plugins, and"
                " run `migrate`"
            )
        if missing := sorted(set(names) - set(here[label])):
            raise unfit(
                f"this site lacks migrations of the {owner} that it was made with ({', '.join(missing)}): bring the"
                " site to the version of the one it comes from, and run `migrate`"
            )
        if newer := sorted(set(here[label]) - set(names)):
            raise unfit(
                f"it is older than this site, and lacks migrations of the {owner} ({', '.join(newer)}): import it where"
                " the version is its own, upgrade there, and export again"
            )
