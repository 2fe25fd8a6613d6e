"""Tables, in each organisation's database. After a change: manage.py plugins makemigrations {{ cookiecutter.plugin_name }}."""

from django.db import models
from django.utils.timezone import now

from VaultModels.models import User


class {{ cookiecutter.noun }}Entry(models.Model):
    """Something that was written down, by a member or, without an author, by the plugin itself."""

    author = models.ForeignKey(User, null=True, related_name="+", on_delete=models.CASCADE)
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "{{ cookiecutter.plugin_name }}"
