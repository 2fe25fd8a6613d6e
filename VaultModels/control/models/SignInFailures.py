"""Failed sign-ins, counted so that passwords cannot be guessed at leisure."""

from django.db import models


class SignInFailure(models.Model):
    """How often sign-in to one account has failed from one address lately.

    Accounts that do not exist are counted like others, so the row names none: it is found by a hash.
    """

    #: SHA-256, in hex, of the plane, the organisation, the user name and the address.
    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField()
    #: When the first of them happened: they count together until the window that began then has passed.
    since = models.DateTimeField()

    class Meta:
        app_label = "control"
