"""The eight primitives are what docs/authors-guide.md says, and refuse what they cannot use with what to pass."""

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from VaultManagement.Users.bll.service import user_service
from VaultModels.models import Session
from VaultModels.ModelService import ModelService
from VaultPlatform.config import REPOSITORY

pytestmark = pytest.mark.database_independent


def primitives() -> list[tuple[str, str]]:
    """Each primitive as it is called, without annotations, and what it returns."""
    base = ast.parse(Path(inspect.getfile(ModelService)).read_text(encoding="utf-8"))
    [service] = [node for node in base.body if isinstance(node, ast.ClassDef)]
    found = []
    for node in service.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            returned = ast.unparse(node.returns) if node.returns else ""
            for each in ast.walk(node.args):
                if isinstance(each, ast.arg):
                    each.annotation = None
            found.append((f"{node.name}({ast.unparse(node.args).removeprefix('self, ')})", returned))
    return found


def test_the_guide_has_each_primitive_with_what_it_takes_and_returns() -> None:
    page = (REPOSITORY / "docs" / "authors-guide.md").read_text(encoding="utf-8")
    section = page.partition("## Read and write tables")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", section, flags=re.MULTILINE)

    assert [(call, returned.replace("\\|", "|")) for call, returned in told] == primitives()


@pytest.mark.parametrize(
    ("call", "given"),
    [
        (lambda: user_service.update(7, email="a@example.org"), "int"),  # type: ignore[arg-type]
        (lambda: user_service.update(uuid4(), email="a@example.org"), "UUID"),  # type: ignore[arg-type]
        (lambda: user_service.bulk_update([uuid4()], ["email"]), "UUID"),  # type: ignore[list-item]
        (lambda: user_service.bulk_create([Session()]), "Session"),  # type: ignore[list-item]
        (lambda: user_service.delete(Session()), "Session"),
    ],
    ids=["update a number", "update an id", "bulk_update", "bulk_create", "delete"],
)
def test_what_is_no_row_of_the_model_is_refused_with_what_to_pass(
    call: Callable[[], Any], given: str
) -> None:
    with pytest.raises(
        TypeError, match=rf"was given an object of class {given}, which is no User\. Pass "
    ) as told:
        call()
    assert "get(pk=…)" in str(told.value)
