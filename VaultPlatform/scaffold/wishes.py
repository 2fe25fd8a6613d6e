"""What an author wants of a new plugin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: The parts that can be asked for, and the question for each.
PARTS: Final = {
    "endpoints": "Does it have HTTP endpoints?",
    "models": "Does it have tables?",
    "hooks": "Does it react to what happens in the core?",
    "settings": "Does it have settings?",
    "tasks": "Does it work in the background?",
}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """A plugin's name and the parts it has."""

    name: str
    parts: frozenset[str]
    #: Whether it becomes a package of its own, with a pyproject.toml.
    package: bool = False
    author: str = "The author"

    @property
    def noun(self) -> str:
        """The name without `_Plugin`: what its classes are called."""
        return self.name.removesuffix("_Plugin")

    @property
    def word(self) -> str:
        """The noun in small letters: what its routes, orchestrator and functions are called."""
        return self.noun.lower()

    @property
    def project(self) -> str:
        """What the package is called, if it becomes one."""
        return f"nimbusvault-{self.word.replace('_', '-')}"

    def context(self, *, nimbusvault: str) -> Mapping[str, Any]:
        """The variables of the template. `nimbusvault`: the folder of NimbusVault, for pytest.ini."""
        return {
            "plugin_name": self.name,
            "noun": self.noun,
            "word": self.word,
            "project": self.project,
            "author": self.author,
            "nimbusvault": nimbusvault,
            **{part: part in self.parts for part in PARTS},
        }
