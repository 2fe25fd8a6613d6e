import pluggy

hookspec = pluggy.HookspecMarker("vault")


class NotaryHooks:
    @hookspec
    def filter_notary_word(self, word):
        """A word."""

    @hookspec
    def collect_notary_words(self):
        """Words."""
