"""Run inside a site: what `manage.py serve` does before it starts web, worker and beat. Prints what it did as JSON."""

import json
import sys

import django

sys.argv[1:] = ["serve"]
django.setup()

from django.conf import settings  # noqa: E402

from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.serving.home import CannotStart  # noqa: E402
from VaultPlatform.serving.preparation import prepare  # noqa: E402

try:
    prepare(admin_password="correct horse 9 battery")
    refused = None
except CannotStart as error:
    refused = str(error)
print(
    json.dumps(
        {
            "refused": refused,
            "organisations": [] if refused else [each.slug for each in tenancy.list_organisations()],
            "on": list(settings.PLUGIN_HOST.loaded),
        }
    )
)
