"""Run inside a site: what is kept of a plugin beside its rows. Prints its schedules and its hooks that are off.

Arguments: the plugin and an organisation; with a third one, a schedule and such a hook are made before.
"""

import json
import sys

import django

django.setup()

from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.host.service import plugin_switch_service  # noqa: E402
from VaultPlatform.host.switching import switch_hook_off  # noqa: E402
from VaultPlatform.schedules.service import interval_service, schedule_service  # noqa: E402

NAME, SLUG, *MORE = sys.argv[1:]

if __name__ == "__main__":
    if MORE:
        hourly = interval_service.create(every=1, period="hours")
        schedule_service.create(name="stock-taking", task=f"Plugins.{NAME}.tasks.count", interval=hourly)
        switch_hook_off(NAME, "on_entity_created", tenancy.find_organisation(SLUG), reason="made to fail")
    schedules = {
        row.name: row.enabled for row in schedule_service.filter(task__startswith=f"Plugins.{NAME}.")
    }
    hooks = [row.hook for row in plugin_switch_service.filter(plugin=NAME) if row.hook]
    print(json.dumps([schedules, hooks]))
