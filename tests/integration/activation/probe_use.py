"""Run inside a site: a member asks a plugin's route, and the plugin's table takes a row. Prints answer and rows.

Arguments: the plugin, the organisation, and the password of its administrator.
"""

import json
import sys

import django

django.setup()

from django.apps import apps  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from VaultPlatform import tenancy  # noqa: E402

NAME, SLUG, PASSWORD = sys.argv[1:]

if __name__ == "__main__":
    client = APIClient(SERVER_NAME="localhost", headers={"Org": SLUG})
    token = client.post("/vault/auth/token", {"username": "root", "password": PASSWORD}).json()["access"]
    answer = client.get(f"/vault/{NAME}/ping", headers={"Authorization": f"JWT {token}"})
    rows = None
    if apps.is_installed(f"Plugins.{NAME}"):
        with tenancy.use(tenancy.find_organisation(SLUG)):
            notes = apps.get_model(NAME, f"{NAME}Note")._base_manager
            notes.create(text="used")
            rows = notes.count()
    print(json.dumps([answer.status_code, answer.json()["msg"], rows]))
