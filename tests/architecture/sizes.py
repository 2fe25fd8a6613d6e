"""The size report: `python -m tests.architecture.sizes` prints it, `test_sizes` holds the tree to its limits."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.architecture.tree import all_sources, our_sources, parsed, relative

MAX_FILE = 500
MAX_FUNCTION = 60


@dataclass(frozen=True, kw_only=True, order=True)
class Size:
    """How many lines something has."""

    lines: int
    what: str


def file_sizes(files: list[Path]) -> list[Size]:
    """The files that hold anything, the longest first."""
    counted = (Size(lines=len(file.read_text().splitlines()), what=relative(file)) for file in files)
    return sorted((size for size in counted if size.lines), reverse=True)


def function_sizes(files: list[Path]) -> list[Size]:
    """The functions and methods, without their decorators, the longest first."""
    return sorted(
        (size for file in files for size in functions_of(parsed(file), relative(file))), reverse=True
    )


def functions_of(tree: ast.Module, file: str) -> Iterator[Size]:
    """Those of one file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(lines=lines, what=f"{file}:{node.lineno} {node.name}")


def report() -> str:
    """Medians and the longest, of our packages and of everything with the tests."""
    parts = []
    for title, files in (("our packages", our_sources()), ("with the tests", all_sources())):
        for kind, sizes, limit in (
            ("files", file_sizes(files), MAX_FILE),
            ("functions", function_sizes(files), MAX_FUNCTION),
        ):
            lines = [size.lines for size in sizes]
            parts.append(
                f"{title}: {len(lines)} {kind}, {sum(lines)} lines, median {median(lines):g}, "
                f"nine in ten at most {sorted(lines)[int(len(lines) * 0.9)]}, limit {limit}; the longest:"
            )
            parts += [f"{size.lines:7} {size.what}" for size in sizes[:5]]
    return "\n".join(parts)


if __name__ == "__main__":
    print(report())
