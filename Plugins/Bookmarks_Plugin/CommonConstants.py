"""Sizes that several files of the plugin share."""

from typing import Final

MAX_URL: Final = 2048
MAX_TITLE: Final = 255
MAX_ENTITY_TYPE: Final = 64
MAX_ENTITY_ID: Final = 255
