import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import Plugins.ModelsRestless.models


class Migration(migrations.Migration):
    initial = True
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
            ],
        ),
        migrations.AddField("Restless", "friends", models.ManyToManyField("ModelsRestless.restless")),
    ]
