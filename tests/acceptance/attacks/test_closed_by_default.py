"""Default-deny, tried on every route of core and plugins with every verb."""

from typing import Any

from rest_framework.test import APIClient

from tests.acceptance.attacks.routes import OPEN, VERBS, closed_paths, paths, refusal
from VaultPlatform.identity.paths import is_site_path


def statuses(headers: dict[str, str], tried: list[str]) -> dict[tuple[str, str], int]:
    """What each verb on each path is answered with."""
    client = APIClient()
    return {
        (verb, path): refusal(client.generic(verb, path, headers=headers)) for path in tried for verb in VERBS
    }


def test_the_open_routes_are_all_there(org: Any) -> None:
    assert set(paths()) >= OPEN


def test_without_a_token_every_route_is_closed_for_every_verb(org: Any) -> None:
    answers = statuses({"Org": org.slug}, closed_paths())
    assert {pair for pair, status in answers.items() if status != 401} == set()


def test_without_an_organisation_no_route_of_one_is_reached(org: Any) -> None:
    answers = statuses({}, [path for path in paths() if not is_site_path(path)])
    assert {pair for pair, status in answers.items() if status != 400} == set()


def test_a_token_of_another_organisation_opens_nothing(org: Any, make_org: Any, client_for: Any) -> None:
    token = str(client_for(make_org()).defaults["HTTP_AUTHORIZATION"])
    answers = statuses({"Org": org.slug, "Authorization": token}, closed_paths())
    expected = {pair: 401 if is_site_path(pair[1]) else 403 for pair in answers}
    assert answers == expected


def test_an_operators_token_opens_nothing_of_an_organisation(org: Any, operator_client: Any) -> None:
    token = str(operator_client().defaults["HTTP_AUTHORIZATION"])
    tried = [path for path in closed_paths() if not is_site_path(path)]
    answers = statuses({"Org": org.slug, "Authorization": token}, tried)
    assert {pair for pair, status in answers.items() if status != 401} == set()


def test_detours_to_a_closed_route_lead_nowhere(org: Any) -> None:
    for detour in (
        "//vault/documents",
        "/vault//documents",
        "/vault/./documents",
        "/vault/health/../documents",
        "/vault/health/..%2fdocuments",
        "/vault/api/static/../../documents",
        "/vault/site/%2e%2e/documents",
        "/vault/documents/",
        "/vault/documents%00",
        "/vault/documents%0a",
        "/Vault/documents",
    ):
        response = APIClient().get(detour, headers={"Org": org.slug})
        assert refusal(response) in {401, 404}, detour
