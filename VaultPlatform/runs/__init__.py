"""Runs that survive anything: their journal, their recovery, the delivery of their events, and idempotency keys.

The engine in `Orchestrators` knows nothing of it; `install()` puts it in.
"""

from VaultPlatform.runs.install import install

__all__ = ["install"]
