"""Run inside a site in which every broken plugin is on: uses the core and the plugins that are well.

Prints what came of it as JSON. Argument: the administrator's password.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.test import Client  # noqa: E402

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry  # noqa: E402
from Plugins.plugin_manager import plugin_manager  # noqa: E402
from VaultModels.models import User  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402

PATHS = (
    "/vault/witness/ping",
    "/vault/bare/ping",
    "/vault/documents",
    "/vault/health/live",
    "/vault/health/ready",
    "/vault/api/schema",
    "/vault/plugins",
    "/vault/views-syntax/page",
    "/vault/orchestrator-wrong/page",
    "/vault/route-class-view/page",
    "/vault/no/such/page",
)


def answers(password: str) -> dict[str, Any]:
    """Status and beginning of the body of each path, asked by the administrator."""
    client = Client(SERVER_NAME="localhost")
    body = {"username": "root", "password": password}
    signed_in = client.post(
        "/vault/auth/token", body, content_type="application/json", headers={"Org": "acme"}
    )
    headers = {"Org": "acme", "Authorization": f"JWT {signed_in.json()['access']}"}
    got = {path: client.get(path, headers=headers) for path in PATHS}
    return {path: [response.status_code, response.content[:40].decode()] for path, response in got.items()}


def user_life() -> list[str]:
    """Create, change and delete a user of the core, with a row of a plugin that is well."""
    from Plugins.Witness.models import WitnessNote

    user = User.objects.create(username="brief")
    WitnessNote.objects.create(user=user)
    notes = user.witness_notes.count()
    user.email = "longer@example.com"
    user.save()
    _, rows = user.delete()
    return [f"{notes} note", *sorted(rows)]


def hooks() -> list[str]:
    """Fire a hook that one plugin answers and another raises in; return what reached the one that is well."""
    plugin_manager.hook.on_entity_archived(entity_type="Document", entity_id="7")
    return list(plugin_manager.get_plugin("Witness").archived)


with tenancy.use(tenancy.get_organisation("acme")):
    life, reached = user_life(), hooks()
call_command("check", verbosity=0)
said = answers(sys.argv[1])
print(
    json.dumps(
        {
            "answers": said,
            "reasons": {plugin.name: plugin.reason for plugin in settings.PLUGIN_HOST.status()},
            "tallies": [
                [tally.plugin, tally.hook, tally.calls, tally.errors]
                for tally in settings.PLUGIN_HOST.hook_stats()
            ],
            "life": life,
            "archived": reached,
            "orchestrators": [name for name in OrchestratorRegistry.names() if "wrong" in name],
            "registered": sorted(
                name for name, plugin in plugin_manager.list_name_plugin() if plugin is not None
            ),
            "attributes_of_user": sorted(name for name in vars(User) if "half" in name or "note" in name),
            "migrated_labels": sorted({label for label, _ in MigrationLoader(None).graph.nodes}),
            "modules_of_failed": sorted(
                name for name in sys.modules if name.startswith("Plugins.ViewsSyntax")
            ),
        }
    )
)
