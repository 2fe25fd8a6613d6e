"""The three steps."""

from typing import Any

from Orchestrators.ContextManager import context_manager, db_step
from Plugins.Bench_Plugin.bll.Rows.service import bench_row_service
from Plugins.plugin_manager import plugin_manager

DECLARED = {"common": ["row", "result", "result_status"]}


@db_step
@context_manager(get_contexts={}, set_contexts={})
def ask_bll(_orchestrator: Any, title: str) -> None:
    """Let plugins veto the row."""
    plugin_manager.hook.before_bench_row_create(title=title)


@db_step
@context_manager(get_contexts={}, set_contexts={"common": ["row"]})
def create_bll(orchestrator: Any, title: str, target_url: str) -> None:
    """Write the row."""
    row = bench_row_service.create(title=title, target_url=target_url)
    orchestrator.set_context_value("row", row)
    orchestrator.queue_event("on_bench_row_created", row_id=str(row.pk))


@db_step
@context_manager(get_contexts={"common": ["row"]}, set_contexts={"common": ["result", "result_status"]})
def answer_bll(orchestrator: Any) -> None:
    """Show the row."""
    row = orchestrator.get_context_value("row")
    orchestrator.set_context_value("result", {"id": row.pk, "title": row.title, "target_url": row.target_url})
    orchestrator.set_context_value("result_status", 201)
