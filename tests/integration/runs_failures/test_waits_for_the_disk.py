"""How often a run waits for the disk: as often as it commits, on a PostgreSQL server that keeps what is committed."""

import json
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.integration.runs_failures.own_servers import own_server
from tests.integration.runs_failures.sites import ORG, inside, new_site
from tests.services import POSTGRESQL
from tests.site import DATABASE

pytestmark = [
    pytest.mark.skipif(DATABASE != "postgresql", reason="it is PostgreSQL that counts them"),
    pytest.mark.timeout(240),
]
RUNS = 50
#: What the server does meanwhile of its own accord, such as writing behind.
BESIDE = 6


def test_a_run_waits_for_the_disk_once_and_once_more_for_each_external_step(tmp_path: Path) -> None:
    with own_server(POSTGRESQL, **{"fsync=off": "fsync=on"}) as server:
        place = conninfo_to_dict(server.url)
        database = {
            "engine": "postgresql",
            "host": place["host"],
            "port": int(place["port"]),
            "name": "postgres",
            "user": place["user"],
        }
        counted = json.loads(inside(new_site(tmp_path, database), "synced", ORG, str(RUNS)).splitlines()[-1])
    assert counted["nothing"] <= BESIDE
    assert RUNS <= counted["DDD"] <= RUNS + BESIDE
    assert 4 * RUNS <= counted["EEE"] <= 4 * RUNS + BESIDE
