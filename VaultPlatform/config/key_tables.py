"""The tables of `docs/settings.md`, made from the models.

`python -m VaultPlatform.config.key_tables docs/settings.md` writes them anew between the file's two markers.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from VaultPlatform.config.environment import Environment
from VaultPlatform.config.schema import settings_schema

BEGIN, END = "<!-- key tables: begin -->", "<!-- key tables: end -->"

_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "null": "`null`",
    "object": "object",
}


def render() -> str:
    """A Markdown table for each core section, one for the other keys and one for the environment."""
    schema = settings_schema()
    definitions, top = schema["$defs"], schema["properties"]
    sections = {key: definitions[_reference(value)] for key, value in top.items() if _reference(value)}
    others = {key: value for key, value in top.items() if key not in sections}
    parts = [
        _part(key, section["description"], _rows(section["properties"])) for key, section in sections.items()
    ]
    parts.append(_part("Other keys", "At the top level of the file.", _rows(others)))
    environment = _part(
        "Environment variables", "Relative paths start at the folder of manage.py.", _variables()
    )
    return "\n".join([*parts, environment])


def replaced(page: str) -> str:
    """The page with its tables made anew.

    Raises:
        ValueError: the page lacks a marker.
    """
    before, rest = page.split(BEGIN, maxsplit=1)
    after = rest.split(END, maxsplit=1)[1]
    return f"{before}{BEGIN}\n\n{render()}\n{END}{after}"


def _part(title: str, text: str, rows: Iterator[str]) -> str:
    text = text.partition("\n\n")[0].replace("\n", " ")
    head = "| key | type | default | what it is |\n|---|---|---|---|"
    return "\n".join([f"### {title}", "", text, "", head, *rows, ""])


def _rows(properties: Mapping[str, Any]) -> Iterator[str]:
    for key, value in properties.items():
        default = json.dumps(value.get("default"))
        yield f"| `{key}` | {_type(value)} | `{default}` | {value['description']} |"


def _variables() -> Iterator[str]:
    for name, value in Environment.model_json_schema()["properties"].items():
        default = value.get("default")
        written = "none" if default is None else f"`{default}`"
        yield f"| `VAULT_{name.upper()}` | {_type(value)} | {written} | {value['description']} |"


def _reference(value: Mapping[str, Any]) -> str:
    return str(value.get("$ref", "")).rpartition("/")[2]


def _type(value: Mapping[str, Any]) -> str:
    if "enum" in value:
        return ", ".join(f"`{choice}`" for choice in value["enum"])
    if "anyOf" in value:
        return ", ".join(map(_type, value["anyOf"]))
    if "$ref" in value:
        return {"Secret": "reference", "Target": "target"}.get(_reference(value), "object")
    if value["type"] == "array":
        return f"array of {_type(value['items'])}s"
    return {"path": "path", "password": "secret text"}.get(value.get("format", ""), _NAMES[value["type"]])


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(replaced(file.read_text(encoding="utf-8")), encoding="utf-8")
