from Plugins.Citations_Plugin.bll.Citations.HelperFunctions import format_recorded_citation
from Plugins.Citations_Plugin.bll.Citations.service import recorded_citation_service


def citations_bll():
    newest_first = recorded_citation_service.filter().order_by("-recorded_at")
    return [format_recorded_citation(citation) for citation in newest_first]
