"""Reads of entries."""

from typing import Any

from NimbusVaultConstants.CommonConstants.Paging import page_of
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.HelperFunctions import show_entry
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.service import {{ cookiecutter.word }}_entry_service


def list_entries(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of entries, the newest first."""
    entries = {{ cookiecutter.word }}_entry_service.filter(_select_related="author").order_by("-id")
    return page_of(entries, limit=limit, offset=offset, shown=show_entry)
