from django.db import models


class Memo(models.Model):
    text = models.CharField(max_length=10)
    pinned = models.BooleanField(default=False)
