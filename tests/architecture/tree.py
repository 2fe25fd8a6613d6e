"""The source tree as the tests of its architecture see it: packages, files and their syntax trees."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.orm_guard import OURS, ROOT

__all__ = ["OURS", "ROOT", "all_sources", "module_of", "our_sources", "parsed", "relative", "tracked_files"]


def our_sources() -> list[Path]:
    """Every source file of our packages: no tests, no migrations (Django writes them)."""
    found = (file for package in sorted(OURS) for file in (ROOT / package).rglob("*.py"))
    return sorted(file for file in found if not {"tests", "migrations"} & set(file.relative_to(ROOT).parts))


def all_sources() -> list[Path]:
    """Those, and all tests and tools, without the plugins that are broken on purpose."""
    outside = [file for folder in ("tests", "benchmarks") for file in (ROOT / folder).rglob("*.py")]
    plugin_tests = ROOT.glob("Plugins/*/tests/**/*.py")
    found = {*our_sources(), *outside, *plugin_tests, ROOT / "manage.py"}
    return sorted(file for file in found if "broken_plugins" not in file.parts)


@functools.cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def relative(file: Path) -> str:
    """The path from the repository's root, as messages show it."""
    return file.relative_to(ROOT).as_posix()


def module_of(file: Path) -> str:
    """The dotted name that a source file is imported by."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tracked_files() -> Iterator[Path]:
    """The files that git keeps, or would keep if everything were added now."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listing.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name
