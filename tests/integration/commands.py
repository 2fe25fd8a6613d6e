"""Management commands of a site, one after the other in one process, which begins as the first one's would.

`python -m tests.integration.commands '[["migrate"], ["create_org", "acme"]]'`.
"""

import json
import os
import sys

import django

if __name__ == "__main__":
    commands = json.loads(sys.argv[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")
    sys.argv = ["manage.py", *commands[0]]
    django.setup()

    from django.core.management import call_command

    for words in commands:
        call_command(*words)
