"""`from VaultErrors.BackendErrors import errors` is how every room of the vault refuses a request."""
