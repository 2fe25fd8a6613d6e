"""What is said to the operator when settings are wrong: every problem at once, each naming its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, in words for the person who edits the file."""

    #: The settings file as the operator named it, or "environment".
    file: str
    #: Where in it: "Section.key", "line 3, column 5" or a variable's name; empty for the file as a whole.
    key: str = ""
    #: What was found wrong.
    wrong: str
    #: What would have been right; empty when `wrong` says it already.
    expected: str = ""
    #: The nearest known name, when one is near.
    nearest: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        text = f"{place}: {self.wrong}"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.nearest:
            text += f"; did you mean {self.nearest}?"
        return text


class SettingsError(Exception):
    """The settings cannot be used. Its text, a line for each problem, is what the operator is to read.

    Correct the file or the variable that each line names and start again.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        #: Every problem found, in the order of the file's sections.
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def sentence(text: str) -> str:
    """`text` with a full stop behind it, unless it ends like a sentence already."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def nearest_name(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known name most like `name`, whatever its case.

    Parameters:
        name: what was written.
        known: the names that would have been right.
        cutoff: how alike they must be, from 0 to 1 (difflib's ratio).
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[matches[0]] if matches else None
