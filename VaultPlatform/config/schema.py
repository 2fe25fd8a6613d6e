"""The JSON Schema of VaultSettings.json, for editors: `python -m VaultPlatform.config.schema` prints it."""

import json
import sys
from typing import Any

from VaultPlatform.config.vault_settings import VaultSettings


def settings_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the settings file; plugins' blocks are any object."""
    schema = VaultSettings.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def render() -> str:
    """The schema as the text that `docs/VaultSettings.schema.json` holds."""
    return json.dumps(settings_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
