"""docs/hook-reference.md has every hook with its arguments, and the example of docs/hooks.md works."""

import re
from pathlib import Path

import pytest

from Plugins.plugin_manager import plugin_manager
from tests.unit.host.specs import registered

pytestmark = pytest.mark.database_independent

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "hooks.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
REFERENCE = (DOCUMENT.parent / "hook-reference.md").read_text(encoding="utf-8")
CORE_HOOKS = {
    name
    for name in plugin_manager.hook_names()
    if getattr(plugin_manager.hook, name).spec.namespace.__module__[:14] == "Plugins.Hooks."
}


def test_there_are_core_hooks() -> None:
    assert "on_entity_archived" in CORE_HOOKS


@pytest.mark.parametrize("name", sorted(CORE_HOOKS))
def test_a_hook_is_documented_with_its_arguments(name: str) -> None:
    assert f"### {name}({', '.join(plugin_manager.arguments(name))})\n" in REFERENCE


def test_no_hook_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^### (\w+)\(", REFERENCE, flags=re.MULTILINE)) == CORE_HOOKS


def test_the_example_implementation_works(capsys: pytest.CaptureFixture[str]) -> None:
    example = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)[0]
    scope: dict[str, type] = {}
    exec(example, scope)
    manager = registered()
    from Plugins.Hooks.EntityHooks import EntityHooks

    manager.add_hookspecs(EntityHooks)
    manager.register(scope["Notes_Plugin"]())
    manager.hook.on_entity_archived(entity_type="Document", entity_id="7")
    assert capsys.readouterr().out == "archived: 7\n"
