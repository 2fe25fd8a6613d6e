"""Calls of one hook with the guards of the host, and of bare pluggy: `python -m benchmarks.hook_calls ROUNDS`.

The site in VAULT_HOME has plugins on that implement `on_entity_created`; their own instances are registered with bare
pluggy as well. Prints medians of one call in microseconds of the processor, and of the ratio, as JSON.
"""

import json
import statistics
import sys
import time
from typing import Any

import django
import pluggy

#: Calls that are measured together, and how often in a round.
CALLS, TIMES = 500, 10


def main() -> None:
    """Measure in turn, inside an organisation."""
    django.setup()
    from Plugins.plugin_manager import plugin_manager
    from VaultPlatform import tenancy

    tenancy.migrate_everything(verbosity=0)
    guarded, bare = plugin_manager.hook.on_entity_created, _bare().hook.on_entity_created
    with tenancy.use(tenancy.create_organisation(slug="bench")):
        pairs = [(_microseconds(guarded), _microseconds(bare)) for _ in range(int(sys.argv[1]) * TIMES + 1)][
            1:
        ]
    print(
        json.dumps(
            {
                "implementations": len(guarded.get_hookimpls()),
                "ours": statistics.median(ours for ours, _ in pairs),
                "theirs": statistics.median(theirs for _, theirs in pairs),
                "ratio": statistics.median(ours / theirs for ours, theirs in pairs),
            }
        )
    )


def _bare() -> pluggy.PluginManager:
    """Bare pluggy, with the same specification and the same plugins' instances."""
    from django.conf import settings

    from Plugins.Hooks.EntityHooks import EntityHooks

    manager = pluggy.PluginManager("vault")
    manager.add_hookspecs(EntityHooks)
    for record in settings.PLUGIN_HOST.records_on():
        manager.register(record.instance, name=record.name)
    return manager


def _microseconds(hook: Any) -> float:
    began = time.thread_time()
    for _ in range(CALLS):
        hook(entity_type="Document", entity_id="1")
    return (time.thread_time() - began) / CALLS * 1e6


if __name__ == "__main__":
    main()
