"""`plugins check --settings FILE`: Django takes an option of that name for a module of its own, wherever it stands."""

from collections.abc import Sequence

#: What the option is called for Django's eyes.
SPELT = "--settings-file"


def without_clash(argv: Sequence[str]) -> list[str]:
    """The command line, with `--settings` of `plugins check` spelt so that Django leaves it alone."""
    if list(argv[1:3]) != ["plugins", "check"]:
        return list(argv)
    return [SPELT + each.removeprefix("--settings") if _is_it(each) else each for each in argv]


def _is_it(argument: str) -> bool:
    return argument.partition("=")[0] == "--settings"
