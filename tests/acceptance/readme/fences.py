"""The fenced blocks of a Markdown page, each with its heading and the file that it is the content of."""

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_HEADING = re.compile(r"##+ (.+)")
_FILE = re.compile(r"`([^`]+)`:")
_FENCE = re.compile(r"```(\w*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block."""

    #: the nearest heading above it
    section: str
    language: str
    text: str
    #: the file whose whole content it is, named in a line of its own above it
    file: str | None
    #: where it stands, for messages
    where: str


def blocks_of(page: str) -> list[Block]:
    """All blocks of the page, a path from the repository's root, in their order."""
    section, file, found = "", None, []
    lines = iter(enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), start=1))
    for number, line in lines:
        if heading := _HEADING.fullmatch(line):
            section = heading[1]
        if fence := _FENCE.fullmatch(line):
            body = takewhile(lambda inside: inside != "```", (text for _, text in lines))
            found.append(
                Block(
                    section=section,
                    language=fence[1],
                    text="".join(f"{each}\n" for each in body),
                    file=file,
                    where=f"{page}:{number}",
                )
            )
        if line:
            named = _FILE.fullmatch(line)
            file = named[1] if named else None
    return found


def pages() -> list[str]:
    """README and everything in docs/."""
    return ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
