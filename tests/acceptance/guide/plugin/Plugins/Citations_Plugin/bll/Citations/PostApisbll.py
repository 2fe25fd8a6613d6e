from Orchestrators.ContextManager import context_manager
from Plugins.Citations_Plugin.bll.Citations.HelperFunctions import (
    format_recorded_citation,
    require_web_source,
)
from Plugins.Citations_Plugin.bll.Citations.service import recorded_citation_service


@context_manager(
    get_contexts={"common": []},
    set_contexts={"common": ["result", "result_status", "recorded_citation_obj"]},
)
def record_citation_bll(orchestrator, user, source_url, quote):
    citation = recorded_citation_service.create(recorded_by=user, source_url=source_url, quote=quote)
    require_web_source(source_url)  # after the row is there, so that a refusal has something to undo
    orchestrator.set_context_value("recorded_citation_obj", citation)
    orchestrator.set_context_value("result", format_recorded_citation(citation))
    orchestrator.set_context_value("result_status", 201)


@context_manager(get_contexts={"common": ["recorded_citation_obj"]}, set_contexts={})
def rollback_record_citation_bll(orchestrator):
    citation = orchestrator.get_context_value("recorded_citation_obj")
    recorded_citation_service.delete(citation)


@context_manager(set_contexts={"common": ["result", "result_status"]})
def refuse_censored_bll(orchestrator, quote):
    if "censored" in quote:
        orchestrator.set_context_value("result", {"msg": "This must not be cited."})
        orchestrator.set_context_value("result_status", 409)
