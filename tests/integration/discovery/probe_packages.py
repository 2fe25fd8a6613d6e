"""Run inside a site with the plugin of an installed package: uses it. Argument: the administrator's password."""

import json
import sys
from typing import Any

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from VaultModels.ModelRegistry import get_model  # noqa: E402


def main(password: str) -> dict[str, Any]:
    client = APIClient(SERVER_NAME="localhost", headers={"Org": "acme"})
    token = client.post("/vault/auth/token", {"username": "root", "password": password}).json()["access"]
    client = APIClient(SERVER_NAME="localhost", headers={"Org": "acme", "Authorization": f"JWT {token}"})
    before = client.get("/vault/afar").json()
    file = SimpleUploadedFile("a.txt", b"hello", "text/plain")
    made = client.post("/vault/documents", {"file": file}, format="multipart").json()
    client.post(f"/vault/documents/{made['id']}/archive")

    import afar_lib.plugin.models as own
    from afar_lib import plugin

    import Plugins.Afar_Plugin.models as ours

    return {
        "before": before,
        "after": client.get("/vault/afar").json(),
        "one_module": own is ours and plugin is sys.modules["Plugins.Afar_Plugin"],
        "one_model": get_model("Greeted") is ours.Greeted is own.Greeted,
        "spec": ours.__spec__.name,
        "imported": sorted(name for name in sys.modules if name.startswith(("quiet_lib", "usurper_lib"))),
        "bookmarks": client.get("/vault/bookmarks").status_code,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
