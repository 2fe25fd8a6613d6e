"""JSON bodies for Django REST framework: what the body middleware has read, else the same strictness."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from VaultPlatform.web.strict_json import BadJson, read_json


class BoundedJSONParser(JSONParser):
    """Reads JSON as `strict_json` does; what it refuses is a 400 with the reason."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request: Any = getattr((parser_context or {}).get("request"), "_request", None)
        if hasattr(request, "vault_json"):
            return request.vault_json
        try:
            return read_json(stream.read().decode())
        except (BadJson, UnicodeDecodeError) as error:
            raise ParseError(str(error)) from error
