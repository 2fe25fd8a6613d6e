"""Registers models that refer to users, connects a signal, waits for a model that never comes, and fails."""

from django.db import models
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from VaultModels.models import User


class HalfNote(models.Model):
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="half_notes")
    readers = models.ManyToManyField(User, related_name="half_notes_read")
    badge = models.OneToOneField(User, on_delete=models.PROTECT, related_name="half_badge")
    nowhere = models.ForeignKey("Nowhere.Thing", on_delete=models.CASCADE)

    class Meta:
        app_label = "ModelsHalf"


@receiver(pre_delete, sender=User, weak=False)
def forbid(**_):
    raise RuntimeError("a receiver of a plugin that did not load")


raise RuntimeError("the second half of the models")
