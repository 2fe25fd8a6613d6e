"""What the running site says of the plugins in each of its processes."""

from pathlib import Path
from typing import Any

from VaultPlatform.serving import control
from VaultPlatform.serving.generations import generations

#: For web, worker and scheduler to be replaced, tasks that run given their time to end.
PATIENCE_SECONDS = 420.0


def running_reports(home: Path) -> list[dict[str, Any]]:
    """What each process of web, worker and scheduler that serves said when it had loaded everything.

    Empty while no supervisor runs here.
    """
    if not control.is_running(home):
        return []
    return [report for each in generations(home) for report in each.reports()]


def running_plugins(home: Path) -> list[dict[str, Any]]:
    """The same, but only: plugin -> state, stage and reason."""
    return [report["plugins"] for report in running_reports(home)]


def running_now(home: Path) -> set[str] | None:
    """The plugins that are on in the web server of this machine; None if that is not known."""
    if not control.is_running(home):
        return None
    reports = [report for each in generations(home, "web") for report in each.reports()]
    if not reports:
        return None
    return {name for name, said in reports[0]["plugins"].items() if said[0] == "on"}
