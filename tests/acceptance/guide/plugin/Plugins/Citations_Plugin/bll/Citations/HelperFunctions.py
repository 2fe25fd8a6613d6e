from VaultErrors.BackendErrors import errors


def require_web_source(url):
    if not url.startswith(("http://", "https://")):
        raise errors.bad_request.ValidationError("Only what stands on the web can be cited.")


def format_recorded_citation(citation):
    return {
        "id": str(citation.id),
        "quote": citation.quote,
        "source_url": citation.source_url,
        "recorded_by": citation.recorded_by.username,
        "recorded_at": citation.recorded_at.isoformat(),
    }
