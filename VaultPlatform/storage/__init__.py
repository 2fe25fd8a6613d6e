"""Where the content of documents is kept: bytes under the name of their SHA-256, apart for each organisation.

`blob_storage()` is the storage that the settings choose. No call takes an organisation: the current one is meant, so
no caller can reach another's bytes. Nothing that a client sent becomes a path.
"""

from VaultPlatform.storage.configured import blob_storage, max_upload_bytes
from VaultPlatform.storage.interface import BlobReader, BlobStorage, BlobWriter, Incoming, Stored
from VaultPlatform.storage.local import LocalBlobStorage

__all__ = [
    "BlobReader",
    "BlobStorage",
    "BlobWriter",
    "Incoming",
    "LocalBlobStorage",
    "Stored",
    "blob_storage",
    "max_upload_bytes",
]
