"""Run inside a site: put texts into a plugin's table of each organisation, and print what it holds there.

Arguments: the plugin, and organisation -> texts as JSON. The tables are asked, for the plugin may have another
version by now.
"""

import json
import sys

import django

django.setup()

from django.db import connections  # noqa: E402

from VaultPlatform import tenancy  # noqa: E402

NAME, TEXTS = sys.argv[1], json.loads(sys.argv[2])

if __name__ == "__main__":
    found = {}
    for organisation in tenancy.list_organisations():
        with tenancy.use(organisation), connections["default"].cursor() as cursor:
            for text in TEXTS.get(organisation.slug, []):
                cursor.execute(
                    f'INSERT INTO "{NAME}_{NAME.lower()}note" (text, legacy) VALUES (%s, %s)',
                    [text, "precious"],
                )
            cursor.execute(f'SELECT text, legacy FROM "{NAME}_{NAME.lower()}note" ORDER BY id')
            found[organisation.slug] = cursor.fetchall()
    print(json.dumps(found))
