"""A sound model that refers to users, and a receiver that needs its table."""

from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from VaultModels.models import User


class RaisedNote(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="raised_notes")

    class Meta:
        app_label = "MigrationRaises"


@receiver(post_save, sender=User)
def remember(instance, created, **_):
    if created:
        RaisedNote.objects.create(user=instance)
