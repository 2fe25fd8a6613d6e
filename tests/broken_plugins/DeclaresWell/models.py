from django.db import models


class DeclaredRow(models.Model):
    text = models.CharField(max_length=10)
