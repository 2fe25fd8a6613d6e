"""Errors that reach a client; `VaultErrors.BackendErrors.errors` is the face."""
