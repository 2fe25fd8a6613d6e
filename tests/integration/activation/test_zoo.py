"""Every broken plugin there is, tried one by one as a candidate: the reason is the host's own, and nothing changes."""

import os
from pathlib import Path

import pytest

from tests.integration.activation.state import state_of
from tests.integration.host.sites import Site
from tests.integration.host.test_broken_plugins import BROKEN
from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.journal import Entry, Journal, new_id
from VaultPlatform.activation.plan import Plan
from VaultPlatform.activation.transaction import Activation, Place

pytestmark = pytest.mark.database_independent

#: What the dry run cannot see, or what is refused before it, has a test of its own.
ELSEWHERE = {"Absent_Plugin", "MigrationRaises"}
#: A plugin whose failure alone is another than beside all the others.
ALONE = {
    "AppsTwinLabel": None,
    "RouteTwin": ("urls", "belongs to plugin Witness already"),
    "ModelsAccessorTwin": None,
    "RequiresFailed": ("requires", "it needs the plugin InitRaises, which is off"),
    "RequiresLate": ("requires", "it needs the plugin LateFailure, which is off"),
    "MigrationFollows": None,
    "ModelsFollow": None,
}
SAMPLE = (
    "InitExits",
    "InitRecurses",
    "ModelsHalf",
    "MigrationForked",
    "HookWrapper",
    "RouteCore",
    "ViewsSyntax",
)
NAMES = sorted(set(BROKEN) - ELSEWHERE) if "VAULT_TEST_ZOO" in os.environ else SAMPLE


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_plugin_is_refused_with_the_reason_of_the_host_and_nothing_changes(
    site: Site, name: str
) -> None:
    before, home = state_of(site), site.home / "var"
    place = Place(home=home, settings=Path(site.home / "VaultSettings.json"))
    plan = Plan(action="enable", before=("Witness",), after=("Witness", name), names=(name,), wanted=(name,))
    entry = Entry(id=new_id(), action="enable", names=[name])
    expected = ALONE.get(name, BROKEN[name])
    with pytest.raises(Refused) as raised:
        Activation(plan, entry, place=place, on_now={"Witness"}).run()
    assert f"{name} cannot be switched on: stage " in str(raised.value)
    if expected is not None:
        stage, words = expected
        assert f"stage {stage}: " in raised.value.reasons[name]
        assert words in raised.value.reasons[name]
    assert "Traceback" not in str(raised.value)
    assert state_of(site) == before
    assert Journal(home).find(entry.id).state == "refused"
