"""The state that the code wants an organisation's database in, as one short word that can be compared.

Each organisation's row in `control` has the word that its database was last brought to. Who asks for an organisation
reads it along with the row, so that knowing whether its database fits costs no query. Plugins are left out: one whose
migrations fail in an organisation is missing there, and the organisation is served.
"""

import functools
import hashlib
import pkgutil
from pathlib import Path

from django.apps import apps

from VaultPlatform.tenancy.router import plane_of

#: Of a database that is being migrated, or whose migration failed. Fits no code.
UNKNOWN = ""


@functools.cache
def code_fingerprint() -> str:
    """Of the core's migrations that concern organisations; read once, as a process does not change its code."""
    known = "\n".join(f"{label}.{name}" for label, name in sorted(_core_migrations()))
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _core_migrations() -> set[tuple[str, str]]:
    return {
        (config.label, module.name)
        for config in apps.get_app_configs()
        if not config.name.startswith("Plugins.") and plane_of(config.label) == "default"
        for module in pkgutil.iter_modules([str(Path(config.path) / "migrations")])
    }
