"""Tables as the migrations make them; what the rest is made of is another at each start, or concerns no table."""

import random
from typing import Any

from django.db import models

from VaultModels.models import User


class Mood:
    """Unlike every other, and itself tomorrow."""

    def __init__(self) -> None:
        self.number = random.random()

    def deconstruct(self) -> Any:
        return f"{__name__}.Mood", [self.number], {}

    def __call__(self, value: object = None) -> str:
        return "calm"


class MoodField(models.CharField):
    def __init__(self, *args: Any, mood: Any = None, **kwargs: Any) -> None:
        self.mood = mood
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "mood": Mood()}


class Restless(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="restless_of_another_name")
    friends = models.ManyToManyField("self", help_text="Said later.")
    mood = MoodField(max_length=10, default=Mood(), validators=[Mood()])
    place = models.CharField(max_length=20, choices=[("here", "Here"), ("there", "There")], blank=True)

    class Meta:
        ordering = ("place",)
        verbose_name_plural = "restless ones"


class Calmed(Restless):
    class Meta:
        proxy = True


class Elsewhere(models.Model):
    class Meta:
        managed = False
        db_table = "ModelsRestless_of_somebody_else"
