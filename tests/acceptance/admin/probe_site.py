"""Run inside a site: asks the paths given, as the administrator "root" of "acme" and as the operator "op".

Arguments: the password of both, and paths, in this order. Prints {path: [status, body]} as JSON, on one line.
"""

import json
import sys
import time

import django

django.setup()

from django.test import Client  # noqa: E402

ACME = {"Org": "acme"}


def token(path: str, username: str, password: str) -> dict[str, str]:
    """The header of whoever signs in at `path`."""
    body = {"username": username, "password": password}
    answer = Client(SERVER_NAME="localhost").post(path, body, content_type="application/json", headers=ACME)
    return {"Authorization": f"JWT {answer.json()['access']}"}


password, *paths = sys.argv[1:]
administrator = {**ACME, **token("/vault/auth/token", "root", password)}
operator = token("/vault/site/token", "op", password)
client = Client(SERVER_NAME="localhost")
answers = {}
for path in paths:
    headers = operator if path.startswith("/vault/site/") else administrator
    began = time.monotonic()
    answer = client.get(path, headers={} if "/health/" in path else headers)
    answers[path] = [answer.status_code, answer.json(), time.monotonic() - began]
print(json.dumps(answers))
