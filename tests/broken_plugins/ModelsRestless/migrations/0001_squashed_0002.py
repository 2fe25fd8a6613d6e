import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import Plugins.ModelsRestless.models


class Migration(migrations.Migration):
    initial = True
    replaces = [("ModelsRestless", "0001_initial"), ("ModelsRestless", "0002_place")]
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Restless",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mood", Plugins.ModelsRestless.models.MoodField(max_length=10)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
                ("friends", models.ManyToManyField("ModelsRestless.restless")),
                ("place", models.CharField(default="", max_length=20)),
            ],
        ),
    ]
