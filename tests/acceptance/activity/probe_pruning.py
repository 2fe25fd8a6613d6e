"""Run inside a site: many events reach the hooks of an organisation that keeps few entries.

Arguments: the organisation and how many events. Prints, as JSON on one line, how many entries there were after each
event, how many statements deleted some, and the ids of the entities that are left, the newest first.
"""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from Plugins.Activity_Plugin.models import ActivityEntry  # noqa: E402
from Plugins.plugin_manager import plugin_manager  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402

org, events = sys.argv[1], int(sys.argv[2])
with tenancy.use(tenancy.get_organisation(org)), CaptureQueriesContext(connection) as queries:
    counts = []
    for number in range(events):
        plugin_manager.hook.on_user_logged_in(user_id="not to be seen")
        plugin_manager.hook.on_entity_updated(entity_type="Note", entity_id=str(number))
        counts.append(ActivityEntry.objects.count())
    left = list(ActivityEntry.objects.order_by("-id").values_list("entity_id", flat=True))
deleting = sum("DELETE FROM" in query["sql"] for query in queries.captured_queries)
print(json.dumps({"counts": counts, "deleting": deleting, "left": left}))
