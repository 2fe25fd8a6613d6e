"""docs/checklist.md: the rules as people read them."""

from collections.abc import Iterator

from VaultPlatform.checklist.registry import RULES, Rule
from VaultPlatform.checklist.subject import Kind

PAGE = "docs/checklist.md"
_HEAD = """# Checklist

What `manage.py plugins check NAME` looks at; `manage.py plugins check --rules` makes this page. Nothing of the plugin
is imported, so one that does not load, or lies elsewhere, can be checked: `plugins check path/to/folder`. `--core`
looks at the core's own features. `--settings FILE`, more than once, says in which settings files the plugin has to be
listed; by default it is the site's own. `--json` is for programs. The exit code is 0 if all is well, 1 if something
falls short, 2 if nothing could be checked.

## Exceptions

Where a rule does not fit, the author says so and why. The comment holds for its own line and the next one:

```python
@public  # checklist: allow public-views: supervisors have no account
```

In front of a file's first statement it holds for the file, in `plugin.yaml` for the whole plugin:

```yaml
# checklist: allow listed: shipped switched off
```

Exceptions are printed with their reasons, and one without a reason is a finding.

## Rules

| rule | what has to be so | what to do where it is not | for |
|---|---|---|---|
"""
_WHOM = {Kind.PLUGIN: "plugins", Kind.CORE: "the core", Kind.TABLES: "its tables"}


def rules_page() -> str:
    """The page as it has to be."""
    return _HEAD + "".join(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    for rule in RULES.values():
        cells = (f"`{rule.id}`", rule.says, rule.remedy, _whom(rule))
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


def _whom(rule: Rule) -> str:
    return ", ".join(words for kind, words in _WHOM.items() if kind in rule.scope)
