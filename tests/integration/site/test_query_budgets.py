"""What each route of operators, and of plugins, costs in statements; one is the operator, or the session, who asks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import Client, statements
from VaultPlatform import tenancy


def cost(client: Client, path: str) -> dict[str, int]:
    with statements() as counted:
        assert client.get(path).status_code == 200
        return counted()


@pytest.mark.usefixtures("org")
@pytest.mark.parametrize("path", ["plugins", "hooks"])
def test_what_the_process_knows_costs_no_more_than_the_operator(
    operator_client: Callable[[], Client], path: str
) -> None:
    assert cost(operator_client(), f"/vault/site/{path}") == {"default": 0, "control": 1}


@pytest.mark.usefixtures("org")
def test_a_plugin_costs_one_more_for_where_its_hooks_are_off(operator_client: Callable[[], Client]) -> None:
    assert cost(operator_client(), "/vault/site/plugins/Bookmarks_Plugin") == {"default": 0, "control": 2}


def test_organisations_cost_one_more_however_many(
    org: Any, make_org: Callable[..., Any], operator_client: Callable[[], Client]
) -> None:
    operator = operator_client()
    tenancy.get_organisation(org.slug)  # remembered for a moment
    assert cost(operator, f"/vault/site/organisations/{org.slug}") == {"default": 0, "control": 1}
    for _ in range(2):
        assert cost(operator, "/vault/site/organisations") == {"default": 0, "control": 2}
        make_org()


@pytest.mark.parametrize("path", ["plugins", "plugins/Bookmarks_Plugin"])
def test_plugins_cost_administrators_their_session(
    org: Any, client_for: Callable[..., Client], path: str
) -> None:
    admin = client_for(org)
    tenancy.get_organisation(org.slug)
    assert cost(admin, f"/vault/{path}") == {"default": 1, "control": 0}


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_plugins_are_for_administrators(org: Any, client_for: Callable[..., Client], role: str) -> None:
    member = client_for(org, role)
    for path in ("plugins", "plugins/Bookmarks_Plugin"):
        assert member.get(f"/vault/{path}").status_code == 403
