"""Management commands of a site, one after the other in one process, which is begun once and not for each.

`python -m tests.integration.commands '[["migrate"], ["create_org", "acme"]]'`.
"""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()

    from django.core.management import call_command

    for words in json.loads(sys.argv[1]):
        call_command(*words)
