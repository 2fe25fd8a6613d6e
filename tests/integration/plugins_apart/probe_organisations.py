"""Run inside a site: enables, uses, disables and re-enables a plugin in 3 of 20 organisations. Prints what came of it.

Argument: the administrators' and the operator's password.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from NimbusVault.celery import app  # noqa: E402
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry  # noqa: E402
from Plugins.Notary_Plugin.models import Heard  # noqa: E402
from Plugins.plugin_manager import plugin_manager  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs import outbox, recovery  # noqa: E402
from VaultPlatform.runs.planes import current_plane  # noqa: E402
from VaultPlatform.runs.service import delivery_service, run_service  # noqa: E402
from VaultPlatform.testing.quickly import find_static_files_once, hash_quickly  # noqa: E402

PLUGIN = "Notary_Plugin"
SLUGS = [f"org-{number:02}" for number in range(20)]
CHOSEN = [SLUGS[3], SLUGS[9], SLUGS[17]]
PASSWORD = sys.argv[1]


def client(**options: Any) -> APIClient:
    return APIClient(SERVER_NAME="localhost", **options)


class Member:
    """The administrator of an organisation."""

    def __init__(self, slug: str, *, is_new: bool = True) -> None:
        if is_new:
            call_command("create_org", slug, "--admin", "root", "--password", PASSWORD, verbosity=0)
        self.slug = slug
        found = tenancy.get_organisation(slug)
        assert found is not None
        self.organisation = found
        self.stranger = client(headers={"Org": slug})
        body = {"username": "root", "password": PASSWORD}
        token = self.stranger.post("/vault/auth/token", body).json()["access"]
        self.client = client(headers={"Org": slug, "Authorization": f"JWT {token}"})

    def switch(self, verb: str) -> list[Any]:
        answer = self.client.post(f"/vault/plugins/{PLUGIN}/{verb}")
        return [answer.status_code, answer.json().get("state") or answer.json()["msg"]]

    def archive_a_document(self) -> int:
        file = SimpleUploadedFile("a.txt", b"hello", "text/plain")
        made = self.client.post("/vault/documents", {"file": file}, format="multipart").json()
        return self.client.post(f"/vault/documents/{made['id']}/archive").status_code

    def used(self) -> dict[str, Any]:
        """What the plugin does here, in all the ways in which it can do something."""
        return {
            "routes": [
                self.client.get("/vault/notary").status_code,
                self.client.post("/vault/notary").status_code,
                self.client.delete("/vault/notary").status_code,
                self.stranger.get("/vault/notary").status_code,
                self.stranger.get("/vault/notary/door").status_code,
                self.client.get("/vault/notary/plain/3").status_code,
            ],
            "like_unknown": self.like_unknown(),
            "archived": self.archive_a_document(),
            "filter": self.inside(lambda: plugin_manager.filter("filter_notary_word", "word")),
            "collect": self.inside(lambda: [x for x in plugin_manager.hook.collect_notary_words() if x]),
            "task": self.inside(lambda: app.tasks["notary.note"].delay("task") is not None),
            "described": "/vault/notary" in self.client.get("/vault/api/schema").json()["paths"],
            "permissions": self.permissions(),
            "state": self.client.get(f"/vault/plugins/{PLUGIN}").json()["state"],
        }

    def permissions(self) -> list[str]:
        """Those of the plugin: what its views need, and what its plugin.yaml declares."""
        listed = self.client.get("/vault/permissions?limit=200").json()["results"]
        return [each["name"] for each in listed if each["name"].startswith("notary.")]

    def like_unknown(self) -> bool:
        """Whether a path of the plugin is answered like one that nobody has, to members and to strangers."""
        return all(
            _told(client.get("/vault/notary")) == _told(client.get("/vault/nobody"))
            for client in (self.client, self.stranger)
        )

    def inside(self, function: Any) -> Any:
        with tenancy.use(self.organisation):
            return function()

    def heard(self) -> list[str]:
        return self.inside(lambda: list(Heard.objects.order_by("id").values_list("what", flat=True)))

    def tasks(self) -> list[str]:
        rows = self.inside(lambda: list(run_service.filter(kind="task").values_list("state", flat=True)))
        return sorted(rows)

    def work(self) -> list[list[str]]:
        """Do what a worker does with the tasks and runs that wait; return how they stand."""
        with tenancy.use(self.organisation):
            for row in run_service.filter(state="pending"):
                if row.kind == "task":
                    task = app.tasks[row.name]
                    task.push_request(id=str(row.id), vault_org_key=self.organisation.key)
                    with tenancy.outside():
                        task()
                    task.pop_request()
                else:
                    recovery.take_up(current_plane(), row.id)
            rows = run_service.filter(queue__gt="").order_by("id")
            return [[row.kind, row.state, row.error] for row in rows]

    def trail(self) -> list[str]:
        found = self.client.get(f"/vault/audit?entity_id={PLUGIN}&limit=200").json()["results"]
        return [each["action"] for each in reversed(found)]


def _told(answer: Any) -> Any:
    body = answer.json()
    if isinstance(body, dict):
        body.pop("request_id", None)
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "x-request-id"}
    return answer.status_code, body, headers


def queued_before_it_was_switched_off(member: Member) -> dict[str, Any]:
    """A task, a run and an event of the plugin that wait when it is disabled, and after it is enabled again."""
    member.work()
    with tenancy.use(member.organisation):
        app.tasks["notary.note"].delay("late task")
        run = OrchestratorRegistry.get("notary")
        run.stage_write("late run")
        run.mainorchestrator.enqueue()
        kwargs = {"entity_type": "Document", "entity_id": "late"}
        event = {
            "hook_name": "on_entity_archived",
            "listener": PLUGIN,
            "kwargs": kwargs,
            "entity": "document:late",
        }
        delivery_service.create(
            run_id=run_service.filter().first().id, next_attempt="2020-01-01T00:00:00Z", **event
        )
    before = member.heard()
    member.switch("disable")
    waiting = member.work()[-2:]
    with tenancy.use(member.organisation):
        outbox.deliver_due(current_plane())
        deliveries = delivery_service.filter().count()
    after = member.heard()
    member.switch("enable")
    with tenancy.use(member.organisation):
        for row in run_service.filter(state="blocked"):
            member.client.post(f"/vault/runs/{row.id}/retry")
    member.work()
    return {
        "waiting": waiting,
        "events_left": deliveries,
        "heard_while_off": after[len(before) :],
        "heard_then": member.heard()[len(after) :],
    }


def main() -> dict[str, Any]:
    hash_quickly()
    find_static_files_once()
    members = {slug: Member(slug) for slug in SLUGS}
    body = {"username": "op", "password": PASSWORD}
    token = client().post("/vault/site/token", body).json()["access"]
    operator = client(headers={"Authorization": f"JWT {token}"})
    words = f"/vault/site/plugins/{PLUGIN}/organisations"
    found: dict[str, Any] = {"by_default": members[SLUGS[0]].used()["state"]}
    first = members[SLUGS[0]]
    first.inside(lambda: Heard.objects.all().delete())
    first.inside(lambda: run_service.filter(kind="task").delete())
    operator.post("/vault/site/plugins/Needy_Plugin/organisations", {"switched_on": False})
    said = operator.post(words, {"switched_on": False})
    found["said"] = [said.status_code, said.json()]
    for phase, verb in (("off", None), ("enabled", "enable"), ("disabled", "disable"), ("again", "enable")):
        switched = [members[slug].switch(verb) for slug in CHOSEN] if verb else []
        repeated = [members[slug].switch(verb) for slug in CHOSEN] if verb else []
        found[phase] = {
            "switched": switched,
            "repeated": repeated,
            "used": {slug: member.used() for slug, member in members.items()},
            "heard": {slug: member.heard() for slug, member in members.items()},
            "tasks": {slug: member.tasks() for slug, member in members.items()},
            "on": [each["organisation"] for each in operator.get(f"{words}?on=true").json()["results"]],
        }
    sent = app.tasks["vault.send_to_each"].run("notary.note", ["scheduled"])
    found["sent_to"] = sent
    found["worked"] = {slug: member.work() for slug, member in members.items()}
    found["heard"] = {slug: member.heard() for slug, member in members.items()}
    found["late"] = queued_before_it_was_switched_off(members[CHOSEN[0]])
    found["trail"] = {slug: member.trail() for slug, member in members.items()}
    found["site_schema"] = "/vault/notary" in client().get("/vault/api/schema").json()["paths"]
    found["refused"] = refused(members[CHOSEN[1]], operator, words)
    found["active"] = list(settings.ACTIVE_PLUGINS)
    return found


def refused(member: Member, operator: APIClient, words: str) -> dict[str, Any]:
    """What is not to be, and what is said of it."""

    def say(**body: Any) -> list[Any]:
        answer = operator.post(words, body)
        return [answer.status_code, answer.json().get("on", answer.json().get("msg"))]

    def posted(path: str) -> list[Any]:
        answer = member.client.post(path)
        return [answer.status_code, answer.json().get("msg", answer.json().get("state"))]

    return {
        "forbid": say(organisation=member.slug, allowed=False),
        "enable_forbidden": member.switch("enable"),
        "route_of_forbidden": member.client.get("/vault/notary").status_code,
        "allow": say(organisation=member.slug, allowed=True),
        "route_of_allowed": member.client.get("/vault/notary").status_code,
        "forbid_all": say(allowed=False),
        "still_allowed": member.client.get("/vault/notary").status_code,
        "take_back": say(allowed=None),
        "nothing_said": say(organisation=member.slug),
        "nobody": say(organisation="nobody", allowed=False),
        "level_site": operator.post(
            "/vault/site/plugins/Always_Plugin/organisations", {"allowed": False}
        ).status_code,
        "disable_level_site": posted("/vault/plugins/Always_Plugin/disable"),
        "enable_level_site": posted("/vault/plugins/Always_Plugin/enable"),
        "disable_needed": member.switch("disable")
        if posted("/vault/plugins/Needy_Plugin/enable")[0] == 200
        else None,
        "disable_needing": posted("/vault/plugins/Needy_Plugin/disable"),
        "disable_then": member.switch("disable"),
        "enable_needing": posted("/vault/plugins/Needy_Plugin/enable"),
        "unknown": posted("/vault/plugins/Nobody_Plugin/enable")[0],
        "not_loaded": posted("/vault/plugins/Broken_Plugin/enable"),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
