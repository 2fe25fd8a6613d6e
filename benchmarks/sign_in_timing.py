"""Whether the time of a refused sign-in tells if there is such an account: `python -m benchmarks.sign_in_timing`.

Wrong passwords for an account that is there, for one that is not, and for one that is inactive are tried in turn, in an
order that changes, each from an address of its own so that none is locked out. Both clocks are shown: that of the wall,
which is what somebody outside sees and what a busy machine blurs, and that of the processor, by which it is judged.
Options: `--requests N` (of each kind), `--json`. The exit code is 1 where medians are further apart than the aim.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.server import postgresql_database
from benchmarks.site import _serve, _vault

#: Milliseconds between the medians.
AIM = 5.0
REFUSED = 401
WRONG = "not the password of anybody"
NAMES = {"wrong password": "bench", "unknown": "nobody", "inactive": "away"}


def measure(database: dict[str, Any], home: Path, *, requests: int) -> dict[str, dict[str, float]]:
    """Medians of a refusal of each kind, in milliseconds, by clock; in this process, which serves the site."""
    application, _ = _vault(database, home)
    _add_inactive()
    seconds: dict[str, dict[str, list[float]]] = {
        clock: {kind: [] for kind in NAMES} for clock in ("wall", "processor")
    }
    order = list(NAMES)
    for number in range(-max(2, requests // 10), requests):
        random.shuffle(order)
        for kind in order:
            headers = {"HTTP_ORG": "bench", "REMOTE_ADDR": _address()}
            body = {"username": NAMES[kind], "password": WRONG}
            started = time.process_time()
            answer = _serve(application, headers, method="POST", path="/vault/auth/token", body=body)
            if answer["status"] != REFUSED:
                raise SystemExit(f"A sign-in ({kind}) was answered {answer['status']}: {answer['body']}")
            if number >= 0:
                seconds["processor"][kind].append(time.process_time() - started)
                seconds["wall"][kind].append(answer["seconds"])
    return {clock: _medians(times) for clock, times in seconds.items()}


def _medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    """In milliseconds, and how far they are apart."""
    medians = {kind: round(statistics.median(times) * 1000, 3) for kind, times in seconds.items()}
    return {**medians, "apart": round(max(medians.values()) - min(medians.values()), 3)}


def _add_inactive() -> None:
    from VaultManagement.Users.bll.service import user_service
    from VaultPlatform import tenancy

    with tenancy.use(tenancy.get_organisation("bench")):
        user_service.create(username=NAMES["inactive"], password="was once good", is_active=False)


def _address() -> str:
    return ".".join(["10", *(str(random.randrange(256)) for _ in range(3))])


def _in_a_process_of_its_own(database: dict[str, Any], requests: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="vault-bench-") as home:
        command = [sys.executable, "-m", "benchmarks.sign_in_timing", "--requests", str(requests)]
        command += ["--serve", json.dumps(database), home]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Run it; 1 when the aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sign_in_timing", description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="sign-ins of each kind (default: 200)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--serve", nargs=2, metavar=("DATABASE", "HOME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        database, home = options.serve
        print(json.dumps(measure(json.loads(database), Path(home), requests=options.requests)))
        return 0
    medians = {"sqlite": _in_a_process_of_its_own({"engine": "sqlite"}, options.requests)}
    with postgresql_database() as database:
        if database is not None:
            medians["postgresql"] = _in_a_process_of_its_own(database, options.requests)
    if options.json:
        print(json.dumps(medians, indent=2))
    else:
        for name, clocks in medians.items():
            for clock, each in clocks.items():
                print(
                    f"{name:11} {clock:10}", ", ".join(f"{kind} {taken} ms" for kind, taken in each.items())
                )
        print(f"aim: below {AIM} ms apart by the processor's clock")
    return int(any(clocks["processor"]["apart"] >= AIM for clocks in medians.values()))


if __name__ == "__main__":
    sys.exit(main())
