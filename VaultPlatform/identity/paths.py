"""Which paths belong to an organisation and which to the site."""

from NimbusVaultConstants.Modelentity.Modelentity import ModelName

#: Paths under /vault that belong to no organisation; what is not public there is for operators.
SITE_PATHS = tuple(
    f"/{ModelName.url_vault}{name}/" for name in ("site", "health", "api", "widget-runtime", "console")
)


def is_site_path(path: str) -> bool:
    """Whether `path` is served without an organisation."""
    return not path.startswith(f"/{ModelName.url_vault}") or path.startswith(SITE_PATHS)
