"""What happens to documents beyond what happens to any entity."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class DocumentHooks:
    """A document and its versions."""

    @hookspec
    def on_version_added(self, document_id: str, number: int) -> None:
        """A document got a version; its first one, too.

        Input:
            - document_id: the document's id as text.
            - number: the version's number, which counts from 1.
        """
