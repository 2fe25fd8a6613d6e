"""Sends one request to the site in this very process, and dies at a moment of its run.

`python -m tests.integration.runs.request_program ORG JSON`, with the moment, the headers, the key and the title.
"""

import json
import os
import signal
import sys
from typing import Any


def upload(title: str) -> dict[str, Any]:
    """The body of the request."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {"file": SimpleUploadedFile("a.txt", b"content", "text/plain"), "title": title}


def main(slug: str, told: str) -> None:
    """Send it."""
    import django

    django.setup()
    from django.test.utils import setup_test_environment
    from rest_framework.test import APIClient

    from Orchestrators.Faults import install_faults

    setup_test_environment()
    options = json.loads(told)

    def at(moment: str) -> None:
        if moment == options["moment"]:
            os.kill(os.getpid(), signal.SIGKILL)

    install_faults(at)
    client = APIClient(headers={"Org": slug, **options["headers"], "Idempotency-Key": options["key"]})
    client.post("/vault/documents", upload(options["title"]), format="multipart")


if __name__ == "__main__":
    main(*sys.argv[1:])
