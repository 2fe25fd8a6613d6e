"""Names under which the vault is reached."""

from typing import Final


class ModelName:
    """Constants of the URL space."""

    #: Where every route of core and plugins is mounted.
    url_vault: Final = "vault/"
