"""docs/catalogue.md: the plugins that come with NimbusVault, from what their manifests say."""

from collections.abc import Iterator
from pathlib import Path

from VaultPlatform.host.inventory import find_plugins
from VaultPlatform.host.manifest import Manifest, read_manifest

PAGE = "docs/catalogue.md"
_HEAD = """# Catalogue

The plugins that come with NimbusVault. `manage.py plugins catalogue` makes this page from each `plugin.yaml`.

| plugin | version | what it does |
|---|---|---|
"""


def catalogue_page(repository: Path) -> str:
    """The page as it has to be. Raises ManifestError if a manifest cannot be read."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(repository))


def write_catalogue(repository: Path) -> None:
    """Make the page anew. Raises ManifestError if a manifest cannot be read."""
    (repository / PAGE).write_text(catalogue_page(repository), encoding="utf-8")


def is_listed(name: str, *, repository: Path) -> bool:
    """Whether the page as it is lists the plugin."""
    page = repository / PAGE
    return page.is_file() and f"| `{name}` |" in page.read_text(encoding="utf-8")


def _rows(repository: Path) -> Iterator[str]:
    for name, source in sorted(find_plugins(repository / "Plugins").sources.items()):
        manifest = (
            read_manifest(repository / "Plugins" / name)
            if source.folder is None
            else read_manifest(source.folder)
        )
        yield f"| `{name}` | {manifest.version} | {_what(manifest)} |"


def _what(manifest: Manifest) -> str:
    """Title and description in a cell."""
    said = " ".join(f"{manifest.title}. {manifest.description}".split())
    return said.replace("|", "\\|")
