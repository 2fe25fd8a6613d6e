import uuid

from django.db import models

from VaultModels.models import User


class RecordedCitation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recorded_citations")
    source_url = models.URLField(max_length=1024)
    quote = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "Citations_Plugin"
        indexes = [models.Index(fields=["recorded_by", "-recorded_at"])]
