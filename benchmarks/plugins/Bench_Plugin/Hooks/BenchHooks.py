"""Hooks around the writing of a benchmark row."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class BenchHooks:
    """Before and after a row is written."""

    @hookspec
    def before_bench_row_create(self, title: str) -> None:
        """A row is about to be written."""

    @hookspec
    def on_bench_row_created(self, row_id: str) -> None:
        """A row was written."""
