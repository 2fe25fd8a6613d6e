from django.db import models


class Memo(models.Model):
    text = models.CharField(max_length=10)


class Reminder(models.Model):
    memo = models.ForeignKey(Memo, on_delete=models.CASCADE)
