from django.db import models


class Heard(models.Model):
    """What reached the plugin in an organisation."""

    what = models.CharField(max_length=100)

    class Meta:
        app_label = "Notary_Plugin"
