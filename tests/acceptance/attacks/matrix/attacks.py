"""How somebody of one organisation may try to reach another's things, over one route."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client

from tests.acceptance.attacks.matrix.organisations import JSON, Tenant
from tests.acceptance.attacks.matrix.samples import SAMPLES, Sample
from tests.acceptance.attacks.routes import VERBS
from tests.integration.budgets.routes import full_path

PARAMETER = re.compile(r"<(\w+)>")
#: What a program might take for the name of the organisation, in a query or a body.
NAMES = (
    "org",
    "Org",
    "organisation",
    "organisation_id",
    "org_id",
    "tenant",
    "tenant_id",
    "schema",
    "slug",
    "key",
)
GUESSED = {"number": "2", "group_id": "2", "name": "guessed", "slug": "guessed"}


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One request."""

    kind: str
    route: str
    verb: str
    path: str
    headers: dict[str, str]
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    #: Statuses of which one has to come; empty: any that holds nothing of the other's.
    expected: tuple[int, ...] = ()

    def sent(self) -> str:
        """All that the client has said, to tell an echo from a leak."""
        return f"{self.path} {self.headers} {self.query} {self.body}"

    def answer(self) -> tuple[int, bytes]:
        """Status, and all bytes of headers and body."""
        body = {name: _again(value) for name, value in (self.body or {}).items()}
        is_form = any(isinstance(value, SimpleUploadedFile) for value in body.values())
        client, sent = Client(SERVER_NAME="localhost"), {}
        if self.body is not None:
            kind = "multipart/form-data; boundary=BoUnDaRyStRiNg" if is_form else JSON
            content = client._encode_data(body, kind) if is_form else client._encode_json(body, kind)
            sent = {"data": content, "content_type": kind}
        response = client.generic(self.verb, self.path, headers=self.headers, query_params=self.query, **sent)
        return response.status_code, _bytes_of(response)


def _again(value: Any) -> Any:
    if isinstance(value, SimpleUploadedFile):
        value.seek(0)
    return value


def _bytes_of(response: HttpResponseBase) -> bytes:
    headers = "".join(f"{name}: {value}\n" for name, value in response.headers.items()).encode()
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    response.close()
    return headers + bytes(body)


def attacks_on(route: str, attacker: Tenant, victim: Tenant) -> Iterator[Attack]:
    """Every attack of `attacker` on what `victim` has at `route`, such as `GET documents/<document_id>`."""
    sample = SAMPLES[route]
    verb, _, path = route.partition(" ")
    of_site = path.partition("/")[0] in {"", "site", "health", "api"}
    theirs, guessed = _filled(path, sample, victim.things), _filled(path, sample, GUESSED)
    own = attacker.headers()
    strange = {**own, "Org": victim.slug}
    body = sample.body(attacker if sample.is_open else victim) if sample.body else None
    refused = sample.elsewhere if sample.is_open else (401,) if of_site else (403,)
    names_a_thing = (
        theirs != _filled(path, sample, {"plugin": victim.things["plugin"]}) and not sample.is_open
    )
    unknown = refused if of_site else (400, 404, 405, 409) if names_a_thing else ()

    def attack(kind: str, path: str = theirs, headers: dict[str, str] = own, **more: Any) -> Attack:
        return Attack(kind=kind, route=route, verb=verb, path=path, headers=headers, **{"body": body, **more})

    yield attack("token", headers=strange, expected=refused)
    yield attack(
        "key",
        headers={"Org": victim.slug, "Authorization": f"ApiKey {attacker.key}"},
        expected=() if sample.is_open else (401,),
    )
    yield attack("id", expected=unknown)
    yield attack("guess", path=guessed)
    for kind, headers in _mixed(own, attacker, victim):
        yield attack(f"header {kind}", headers=headers)
    for value in (victim.slug, victim.organisation.key):
        named = dict.fromkeys(NAMES, value)
        yield attack("query", query=named, expected=unknown)
        yield attack("body", body={**(body or {}), **named}, expected=unknown)
    if verb == "GET":
        for query in _paging(victim):
            yield attack(f"paging {query}", query=query, expected=unknown)
        yield attack(
            "known content",
            headers={**own, "If-None-Match": f'"{victim.things["sha256"]}"'},
            expected=unknown,
        )
        yield attack("part", headers={**own, "Range": "bytes=0-9"}, expected=unknown)


def verbs_on(path: str, attacker: Tenant, victim: Tenant) -> Iterator[Attack]:
    """The same with every verb, those included that the route does not answer."""
    route = next(route for route in SAMPLES if route.partition(" ")[2] == path)
    sample = SAMPLES[route]
    theirs = _filled(path, sample, victim.things)
    for verb in VERBS:
        for kind, org in (("token", victim.slug), ("id", attacker.slug)):
            headers = {**attacker.headers(), "Org": org}
            yield Attack(kind=f"any verb, {kind}", route=route, verb=verb, path=theirs, headers=headers)


def addresses(attacker: Tenant, victim: Tenant) -> Iterator[Attack]:
    """Where the bytes lie, asked for by name."""
    digest, key = victim.things["sha256"], victim.organisation.key
    places = (
        f"{key}/{digest}",
        f"{key}/{digest[:2]}/{digest}",
        digest,
        f"../storage/{key}/{digest[:2]}/{digest}",
        f"..%2f..%2fstorage%2f{key}%2f{digest[:2]}%2f{digest}",
        f"../organisations/{key}.sqlite3",
        f"..%2f..%2forganisations%2f{key}.sqlite3",
    )
    for front in (
        "",
        "api/static/",
        "documents/",
        "storage/",
        f"documents/{attacker.things['document_id']}/versions/",
    ):
        for place in places:
            for org in (attacker.slug, victim.slug):
                headers = {**attacker.headers(), "Org": org}
                yield Attack(
                    kind="address",
                    route="-",
                    verb="GET",
                    path=f"/vault/{front}{place}",
                    headers=headers,
                    expected=(400, 403, 404),
                )
    for number in ("0", "2", "-1", "1e0", "99999999999999999999"):
        path = f"/vault/documents/{victim.things['document_id']}/versions/{number}/content"
        yield Attack(
            kind="number", route="-", verb="GET", path=path, headers=attacker.headers(), expected=(400, 404)
        )


def _filled(path: str, sample: Sample, things: dict[str, str]) -> str:
    def value(match: "re.Match[str]") -> str:
        name = sample.parameters.get(match[1], match[1])
        return things.get(name) or things.get(match[1]) or str(uuid4())

    return full_path(PARAMETER.sub(value, path))


def _mixed(own: dict[str, str], attacker: Tenant, victim: Tenant) -> Iterator[tuple[str, dict[str, str]]]:
    mine, theirs = attacker.slug, victim.slug
    for org in (
        f"{mine}, {theirs}",
        f"{theirs}, {mine}",
        f"{mine};{theirs}",
        f" {theirs}",
        theirs.upper(),
        victim.organisation.key,
    ):
        yield f"Org: {org}", {**own, "Org": org}
    for name in (
        "X-Org",
        "X-Tenant",
        "X-Organisation",
        "Organisation",
        "Tenant",
        "X-Forwarded-Host",
        "Cookie",
        "X-Forwarded-Org",
    ):
        yield name, {**own, name: f"org={theirs}" if name == "Cookie" else theirs}


def _paging(victim: Tenant) -> Iterator[dict[str, Any]]:
    things = victim.things
    yield from (
        {"limit": 200},
        {"limit": 200, "offset": 1},
        {"offset": -1},
        {"limit": 10**9},
        {"limit": "all"},
    )
    for name in (
        "cursor",
        "after",
        "before",
        "since",
        "page",
        "entity",
        "entity_id",
        "actor",
        "owner",
        "user",
        "id",
    ):
        yield {name: things["document_id"]}
    yield from ({"owner": things["username"]}, {"owner": victim.username}, {"actor": victim.username})
    yield from (
        {"actor": things["root_id"]},
        {"entity_id": things["user_id"]},
        {"all": "true"},
        {"mine": "false"},
    )
    yield from (
        {"search": "attack"},
        {"status": "trashed"},
        {"order": "title"},
        {"format": "json"},
        {"compress": "1"},
    )
