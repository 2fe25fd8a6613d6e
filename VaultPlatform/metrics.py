"""`GET /metrics` for Prometheus, text format 0.0.4: what runs and events are left to do, and what hooks cost.

For operators, with the token that the routes of the site ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.timezone import now

from VaultPlatform.identity.gate import admit_operator
from VaultPlatform.runs.planes import Plane
from VaultPlatform.runs.reading import Backlog, backlog_of, keys_at_work, planes_of
from VaultPlatform.web.errors import error_response

log = structlog.get_logger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Organisations that one scrape visits.
MOST = 500
_VISITED = (
    "Of the site itself (org is empty) and of organisations in which something is due, waits for a person, or a process"
    " may have runs;"
    f" at most {MOST} of them are visited."
)
_HERE = "In all processes of the site on this host, since it was started."


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric with its samples: values by the values of its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: str = "gauge"
    samples: dict[tuple[str, ...], float] = field(default_factory=dict)

    def text(self) -> str:
        """In the text format."""
        lines = [f"# HELP {self.name} {_escaped(self.help)}", f"# TYPE {self.name} {self.kind}"]
        for values, number in self.samples.items():
            pairs = zip(self.labels, values, strict=True)
            inside = ",".join(f'{label}="{_quoted(value)}"' for label, value in pairs)
            lines.append(f"{self.name}{{{inside}}} {number}" if inside else f"{self.name} {number}")
        return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def metrics(request: HttpRequest) -> HttpResponseBase:
    """The view: it lies outside of /vault, so it looks itself at who asks."""
    try:
        admit_operator(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        text = "".join(metric.text() for metric in (*of_runs(), *of_hooks()))
    except Exception as error:  # noqa: BLE001  # answered and logged like a view's
        return error_response(error, request)
    return HttpResponse(text, content_type=CONTENT_TYPE)


def of_runs() -> list[Metric]:
    """What is left to do."""
    backlogs, left_out = _backlogs()
    runs = Metric(
        name="vault_runs", help=f"Runs that have not ended, by state. {_VISITED}", labels=("org", "state")
    )
    oldest = Metric(
        name="vault_oldest_unfinished_run_seconds",
        help=f"Age of the oldest run that is neither ended nor waits for a person; 0 if there is none. {_VISITED}",
        labels=("org",),
    )
    deliveries = Metric(
        name="vault_deliveries",
        help=f"Events that are still to be delivered, or were given up. {_VISITED}",
        labels=("org", "state"),
    )
    for org, backlog in backlogs.items():
        runs.samples.update({(org, state): number for state, number in backlog.runs.items()})
        oldest.samples[org,] = (now() - backlog.oldest).total_seconds() if backlog.oldest else 0
        deliveries.samples.update(
            {(org, "waiting"): backlog.waiting, (org, "given_up"): backlog.given_up} if org else {}
        )
    return [runs, oldest, deliveries, _unscraped(left_out)]


def _unscraped(number: int) -> Metric:
    told = "Organisations that should have been visited and were not: there are too many, or they could not be read."
    return Metric(name="vault_unscraped_organisations", help=told, samples={(): number})


def of_hooks() -> list[Metric]:
    """What the implementations of hooks have cost."""
    stats = settings.PLUGIN_HOST.hook_stats_of_all()

    def metric(name: str, told: str, attribute: str) -> Metric:
        samples: dict[tuple[str, ...], float] = {
            (each.plugin, each.hook): getattr(each, attribute) for each in stats
        }
        labels = ("plugin", "hook")
        return Metric(name=name, help=f"{told} {_HERE}", labels=labels, kind="counter", samples=samples)

    return [
        metric("vault_hook_calls_total", "Calls of hook implementations.", "calls"),
        metric("vault_hook_errors_total", "Calls of hook implementations that raised.", "errors"),
        metric(
            "vault_hook_skipped_total", "Calls left out, of implementations that are off or hang.", "skipped"
        ),
        metric("vault_hook_overdue_total", "Calls longer than Base.hook_timeout_seconds.", "overdue"),
        metric("vault_hook_seconds_total", "Seconds spent in hook implementations.", "seconds"),
    ]


def _backlogs() -> tuple[dict[str, Backlog], int]:
    """The backlogs by slug, and how many organisations were left out."""
    keys = keys_at_work()
    found = dict(_visited(keys[:MOST]))
    return {"": backlog_of(Plane(organisation=None)), **found}, len(keys) - len(found)


def _visited(keys: list[str]) -> Iterator[tuple[str, Backlog]]:
    for plane in planes_of(keys):
        slug = plane.organisation.slug if plane.organisation else ""
        try:
            yield slug, backlog_of(plane)
        except DatabaseError as error:
            log.warning("organisation_not_scraped", org=slug, error=type(error).__name__)
