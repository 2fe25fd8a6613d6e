"""Sign-ins through another provider that have begun and wait for their return."""

from django.db import models


class SignInStart(models.Model):
    """One sign-in on its way: made when it begins, taken out by whoever returns with its state, so good once."""

    #: SHA-256, in hex, of the state that the provider hands back.
    state_sha256 = models.CharField(primary_key=True, max_length=64)
    #: SHA-256, in hex, of what only the client that began holds.
    client_sha256 = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)
    code_verifier = models.CharField(max_length=128)
    expires_at = models.DateTimeField(db_index=True)
