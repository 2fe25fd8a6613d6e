"""The row that both sites write."""

from django.db import models


class BenchRow(models.Model):
    """A page worth keeping."""

    title = models.CharField(max_length=255)
    target_url = models.URLField(max_length=2048)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "Bench_Plugin"
