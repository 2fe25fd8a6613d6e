"""Whether what a command printed is what the page says it prints; "…" stands for anything."""

import json
import re
from typing import Any

from tests.acceptance.readme.fences import Block

ANYTHING = "…"


def check_answer(shown: Block, printed: str) -> None:
    """AssertionError, naming the place in the page, unless `printed` is what the block shows."""
    if shown.language == "json":
        assert fits(json.loads(shown.text), json.loads(printed)), (
            f"{shown.where} shows another answer:\n{printed}"
        )
    else:
        assert re.fullmatch(pattern(shown.text), printed.strip()), (
            f"{shown.where} shows other text:\n{printed}"
        )


def pattern(text: str) -> str:
    """A regular expression for the text: "…" is any text within a line, and in a line of its own any lines."""
    lines = [r"(?:.*\n)*?" if line == ANYTHING else _line(line) + r"\n" for line in text.strip().split("\n")]
    return "".join(lines).removesuffix(r"\n")


def _line(shown: str) -> str:
    return ".*".join(re.escape(part) for part in shown.split(ANYTHING))


def fits(shown: Any, actual: Any) -> bool:
    """Whether two JSON values are the same but for what is shown as "…"."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict) and isinstance(actual, dict):
        return shown.keys() == actual.keys() and all(fits(shown[key], actual[key]) for key in shown)
    if isinstance(shown, list) and isinstance(actual, list):
        return len(shown) == len(actual) and all(map(fits, shown, actual))
    return type(shown) is type(actual) and bool(shown == actual)
