"""The site of the repository's own tests: the kit's, with the settings that are shipped.

Begun while this file is imported, which has to be before Django's settings are read, so pytest's own configuration must
not name a settings module. The plugins whose tests the command line names are on, too.
"""

import json
import sys

from VaultPlatform.config import REPOSITORY
from VaultPlatform.testing import site
from VaultPlatform.testing.site import DATABASE, DATABASE_NAME, POSTGRES_URL, server_database
from VaultPlatform.testing.site import database_section as _database_section
from VaultPlatform.testing.under_test import named_in

__all__ = ["DATABASE", "DATABASE_NAME", "POSTGRES_URL", "REPOSITORY", "_database_section", "server_database"]

_settings = json.loads((REPOSITORY / "VaultSettings.json").read_text())
_active = _settings["Base"]["active_plugins"]
_active += [name for name in named_in(sys.argv[1:], plugins=REPOSITORY / "Plugins") if name not in _active]
site.begin(_settings)
