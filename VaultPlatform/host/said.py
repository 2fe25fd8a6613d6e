"""What a plugin says of itself: in its plugin.yaml, and where that is silent, in the metadata of its package."""

from typing import Any

from VaultPlatform.host.manifest import Manifest, read_manifest
from VaultPlatform.host.sources import Source, required_by, said_by


def manifest_of(source: Source, *, plugin: str) -> Manifest:
    """All that the plugin named `plugin` says. Raises ManifestError for a plugin.yaml that cannot be used."""
    if source.folder is None:
        return metadata_of(source)
    manifest = read_manifest(source.folder, plugin=plugin if source.kind == "package" else "")
    if source.distribution is None:
        return manifest
    written = manifest.model_dump(exclude_unset=True)
    requires = {**_requires(source), **written.get("requires", {})}
    return Manifest.model_validate({**said_by(source.distribution), **written, "requires": requires})


def metadata_of(source: Source) -> Manifest:
    """What the metadata of its package say, of one whose plugin.yaml is not to be had; nothing of a folder."""
    if source.distribution is None:
        return Manifest()
    return Manifest.model_validate({**said_by(source.distribution), "requires": _requires(source)})


def _requires(source: Source) -> dict[str, Any]:
    return {"packages": required_by(source.distribution)} if source.distribution else {}
