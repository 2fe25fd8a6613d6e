"""Database steps touch the organisation's database, and nothing else."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.graph import Place, reached
from VaultPlatform.checklist.reading import calls, decorators, dotted, keyword, text_of
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

#: Packages whose calls leave the process.
_OUTSIDE = frozenset(
    {
        *(
            "aiohttp",
            "boto3",
            "ftplib",
            "http.client",
            "httpx",
            "imaplib",
            "ldap3",
            "paramiko",
            "requests",
            "shutil",
        ),
        *(
            "smtplib",
            "socket",
            "subprocess",
            "telnetlib",
            "tempfile",
            "urllib.request",
            "urllib3",
            "websockets",
        ),
        "django.core.mail",
    }
)
#: Functions of os that change something.
_OS = frozenset(
    f"os.{name}"
    for name in (
        "makedirs",
        "mkdir",
        "popen",
        "remove",
        "rename",
        "replace",
        "rmdir",
        "system",
        "unlink",
        "write",
    )
)
#: Methods of paths and files that do.
_FILES = frozenset(
    {"write_text", "write_bytes", "unlink", "mkdir", "rmdir", "touch", "symlink_to", "hardlink_to"}
)


@rule(
    "database-steps",
    says="A @db_step reaches nothing outside of the database: no connection, no process, no file that is written.",
    remedy="Make it an @external_step with a rollback: what is done outside is not undone with the database.",
    scope=EVERYBODY,
)
def _database_steps(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for step in module.functions.values():
            if "db_step" in decorators(step):
                yield from _reaching_out(subject, Place(module, step))


def _reaching_out(subject: Subject, step: Place) -> Iterator[Spot]:
    for place in reached(subject, step):
        for call in calls(place.function):
            if what := _outside(place.module, call):
                by = "" if place.function is step.function else f" by way of {place.function.name}"
                yield Spot(place.module.file, call.lineno, f"The step {step.function.name} calls {what}{by}.")


def _outside(module: Module, call: ast.Call) -> str:
    """What a call reaches out by; "" if it does not."""
    name = _resolved(module, dotted(call.func))
    if any(name == each or name.startswith(f"{each}.") for each in _OUTSIDE) or name in _OS:
        return name
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if (name == "open" or method == "open") and _writes(call, at=1 if name == "open" else 0):
        return f"{ast.unparse(call.func)}() for writing"
    return f"{ast.unparse(call.func)}()" if method in _FILES else ""


def _resolved(module: Module, name: str) -> str:
    """The name as it is called where it comes from."""
    first, dot, rest = name.partition(".")
    for each in module.imports:
        if each.bound == first:
            return f"{each.target if each.name else first}{dot}{rest}"
    return name


def _writes(call: ast.Call, *, at: int) -> bool:
    mode = text_of(call.args[at] if len(call.args) > at else keyword(call, "mode")) or "r"
    return bool(set(mode) & set("wax+"))
