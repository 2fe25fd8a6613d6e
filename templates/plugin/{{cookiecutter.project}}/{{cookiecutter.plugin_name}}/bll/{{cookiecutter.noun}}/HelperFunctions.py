"""What needs no table: how an entry is shown."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from Plugins.{{ cookiecutter.plugin_name }}.models import {{ cookiecutter.noun }}Entry


def show_entry(entry: "{{ cookiecutter.noun }}Entry") -> dict[str, Any]:
    """An entry as a client sees it; its author must have been selected with it."""
    return {
        "id": entry.pk,
        "text": entry.text,
        "author": entry.author.username if entry.author else None,
        "created_at": entry.created_at.isoformat(),
    }
