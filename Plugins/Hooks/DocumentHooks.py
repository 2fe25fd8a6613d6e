"""What happens to documents beyond what happens to any entity."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class DocumentHooks:
    """A document and its versions."""

    @hookspec
    def on_version_added(self, document_id: str, number: int) -> None:
        """Called after a version was added. `document_id` is text, `number` counts from 1."""
