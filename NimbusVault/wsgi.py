"""The WSGI application that granian serves."""

import os

from VaultPlatform.web.wsgi import vault_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")

application = vault_application()
