"""Whose block is whose: a top-level key that is not the core's belongs to the plugin it is named after."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from VaultPlatform.config.errors import Problem, nearest_name

_SUFFIX = "_Plugin"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Who may own a top-level key."""

    #: The core's own top-level keys.
    core: Collection[str]
    #: Every plugin known of, on or off.
    plugins: Collection[str]

    def is_core(self, name: str) -> bool:
        """Whether a name is one of the core's, in whatever case."""
        return name.casefold() in {key.casefold() for key in self.core}

    def of(self, plugin: str) -> tuple[str, ...]:
        """The keys that serve a plugin: its name, and for `X_Plugin` also `X`.

        The short one is left out where it is the core's or another plugin's own name.
        """
        short = plugin.removesuffix(_SUFFIX)
        if short in ("", plugin) or short in self.plugins or self.is_core(short):
            return (plugin,)
        return (plugin, short)

    def served(self, plugins: Collection[str]) -> set[str]:
        """All keys that serve any of these plugins."""
        return {key for plugin in plugins for key in self.of(plugin)}


def misspelt_sections(document: Mapping[str, Any], *, names: Names, file: str) -> Iterator[Problem]:
    """A problem for each key that is so like a core section's that no plugin can be meant by it.

    Parameters:
        document: the whole settings file.
        names: the owners; a plugin's block is no misspelt section unless only its case differs.
        file: the settings file, for the messages.
    """
    served = names.served(names.plugins)
    for key in document:
        near = None if key in names.core else nearest_name(key, names.core, cutoff=0.75)
        if near and (key not in served or names.is_core(key)):
            expected = "a section, or the block of a plugin that Base.active_plugins lists"
            yield Problem(file=file, key=key, wrong="unknown section", expected=expected, nearest=near)


def ambiguous_blocks(
    document: Mapping[str, Any], *, plugins: Collection[str], names: Names, file: str
) -> Iterator[Problem]:
    """A problem for each of these plugins that the file has two blocks for."""
    for plugin in plugins:
        present = [key for key in names.of(plugin) if key in document]
        if len(present) > 1:
            wrong = f"{' and '.join(present)} are both blocks of the plugin {plugin}"
            yield Problem(file=file, key=present[-1], wrong=wrong, expected="one of the two")
