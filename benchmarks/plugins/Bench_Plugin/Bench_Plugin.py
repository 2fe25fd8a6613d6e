"""Hook implementations, so that a write calls some."""

from typing import Any

import pluggy

from Plugins.Bench_Plugin.BenchOrchestrator import BenchOrchestrator

hookimpl = pluggy.HookimplMarker("vault")


class Bench_Plugin:  # noqa: N801  # named like its folder
    """Takes part in the hooks that its own writes fire."""

    @hookimpl
    def collect_orchestrators(self) -> dict[str, Any]:
        return {"bench": BenchOrchestrator}

    @hookimpl
    def before_bench_row_create(self, title: str) -> None:
        """Vetoes nothing."""

    @hookimpl
    def on_bench_row_created(self, row_id: str) -> None:
        """Does nothing with it."""
