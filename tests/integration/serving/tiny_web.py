"""A web server of the site's kind with an application that says whose process answers: `… FILES TARGET-OF-REPORT`."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from VaultPlatform.serving import web_program
from VaultPlatform.serving.generations import report


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the folder of this process's generation."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["VAULT_GENERATION"].rpartition("/")[2].encode()]


def loaded() -> Callable[..., Iterable[bytes]]:
    """What granian calls once per process."""
    report({})
    return application


if __name__ == "__main__":
    files = [int(each) for each in sys.argv[1].split(",")]
    web_program.main(files, 2, 2, target="tests.integration.serving.tiny_web:loaded", factory=True)
