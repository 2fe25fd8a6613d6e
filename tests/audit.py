"""`make check`'s look at known vulnerabilities of the locked dependencies, by pip-audit and the OSV database.

What is found fails the check. Where the database cannot be reached, that is said, and the check passes.
"""

import argparse
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "dev.txt"
SERVICE = "https://api.osv.dev/v1/query"
#: Vulnerabilities that do not concern the vault, each with the reason.
IGNORED: dict[str, str] = {}
SECONDS = 10


def why_unreachable(service: str) -> str | None:
    """Ask about one package; what is wrong with the answer, or None when there is a good one."""
    query = json.dumps({"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "25.0"}).encode()
    try:
        with urllib.request.urlopen(service, query, timeout=SECONDS) as response:
            json.load(response)
    except (OSError, ValueError, urllib.error.URLError) as error:
        return str(error)
    return None


def main(arguments: list[str]) -> int:
    """Returns 0 when nothing is known against the lock, or nothing can be learnt about it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--service", default=SERVICE, help="address of an OSV service")
    options.add_argument("--lock", default=str(LOCK), help="requirements with hashes")
    chosen = options.parse_args(arguments)
    reason = why_unreachable(chosen.service)
    if reason is not None:
        print(f"pip-audit: LEFT OUT, because {chosen.service} cannot be asked ({reason}).", flush=True)
        return 0
    ignored = [f"--ignore-vuln={name}" for name in IGNORED]
    command = [sys.executable, "-m", "pip_audit", "--requirement", chosen.lock, "--disable-pip"]
    service = ["--vulnerability-service=osv", f"--osv-url={chosen.service}", "--progress-spinner=off"]
    return subprocess.run([*command, *service, *ignored], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
