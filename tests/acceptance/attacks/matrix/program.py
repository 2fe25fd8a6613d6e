"""Run inside a site: the tenant matrix. Prints what was found as JSON, on one line.

Arguments: the slugs of two organisations, and what is broken on purpose: `nothing`, `gate`, `trust` or `binding`.
"""

import json
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

import django

django.setup()

from tests.acceptance.attacks.matrix import broken  # noqa: E402
from tests.acceptance.attacks.matrix.attacks import Attack, addresses, attacks_on, verbs_on  # noqa: E402
from tests.acceptance.attacks.matrix.organisations import Tenant  # noqa: E402
from tests.acceptance.attacks.matrix.samples import SAMPLES  # noqa: E402
from tests.integration.budgets.routes import routes  # noqa: E402
from VaultPlatform.testing.quickly import find_static_files_once, hash_quickly  # noqa: E402

ENOUGH = 20
TRAILS = {route for route, sample in SAMPLES.items() if sample.repeats}


def main(first: str, second: str, what_is_broken: str) -> dict[str, Any]:
    """Attack in both directions."""
    hash_quickly()
    find_static_files_once()
    known = set(routes())
    found: dict[str, Any] = {
        "missing": sorted(known - SAMPLES.keys()),
        "gone": sorted(SAMPLES.keys() - known),
    }
    one, two = Tenant(first), Tenant(second)
    found["silent"] = [*silent(one, two), *silent(two, one)]
    broken.break_on_purpose(what_is_broken, one.organisation)
    if what_is_broken == "binding":  # then it is that organisation's members who can sign in
        two.password = one.password
    two.sign_in()
    found["changed"], found["asked"], found["wrong"] = [], 0, []
    both = what_is_broken == "nothing"
    for attacker, victim, every in ((two, one, True), (one, two, False))[: 1 + both]:
        before = kept(victim) if both else {}
        asked, wrong = attacked(attacker, victim, every=every)
        found["asked"] += asked
        found["wrong"] += wrong
        after = kept(victim) if both else {}
        found["changed"] += [path for path in before if before[path] != after[path]]
    return found


def attacked(attacker: Tenant, victim: Tenant, *, every: bool) -> tuple[int, list[list[Any]]]:
    """How many requests were sent, and what was wrong with their answers; it stops when that is enough."""
    asked, wrong, said, stored = 0, [], "", ""
    for attack in chosen(attacker, victim, every=every):
        asked += 1
        status, answer = attack.answer()
        said, stored = said + attack.sent(), f"{stored}{attack.body or ''}"
        own_words = said if attack.route in TRAILS else attack.sent() + stored
        leaked = [text for text in victim.secrets if text.encode() in answer and text not in own_words]
        if leaked or status >= 500 or (attack.expected and status not in attack.expected):
            wrong.append([attack.kind, f"{attack.verb} {attack.path}", status, leaked])
        if len(wrong) >= ENOUGH:
            break
        if SAMPLES.get(attack.route) and SAMPLES[attack.route].ends_session:
            attacker.sign_in()
    return asked, wrong


def chosen(attacker: Tenant, victim: Tenant, *, every: bool) -> Iterator[Attack]:
    """All attacks; or those with token and id alone."""
    present = [route for route in routes() if route in SAMPLES]
    for route in present:
        for attack in attacks_on(route, attacker, victim):
            if every or attack.kind in {"token", "id"}:
                yield attack
    if every:
        paths = dict.fromkeys(route.partition(" ")[2] for route in present)
        others = chain.from_iterable(
            verbs_on(path, attacker, victim) for path in paths if path != "auth/logout"
        )
        yield from chain(others, addresses(attacker, victim))


def silent(tenant: Tenant, other: Tenant) -> list[str]:
    """Routes that should show something of their own organisation to its administrator, and do not."""
    return [route for route, sample in SAMPLES.items() if sample.shows and not _shown(tenant, other, route)]


def _shown(tenant: Tenant, other: Tenant, route: str) -> bool:
    own = next(each for each in attacks_on(route, tenant, tenant) if each.kind == "id")
    status, answer = own.answer()
    assert not [text for text in other.secrets if text.encode() in answer], route
    return status == 200 and any(text.encode() in answer for text in tenant.secrets)


def kept(tenant: Tenant) -> dict[str, str]:
    """What its administrator sees of what nobody but the organisation may change."""
    answers = {}
    for route, sample in SAMPLES.items():
        if sample.shows and sample.stays:
            path = next(attacks_on(route, tenant, tenant)).path
            answers[path] = _body(tenant, path)
    return answers


def _body(tenant: Tenant, path: str) -> str:
    answer = tenant.asked(path.removeprefix("/vault/"))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return str(body.decode())


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
