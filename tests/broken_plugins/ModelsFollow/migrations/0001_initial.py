import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Companion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "leader",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="MigrationForked.sound"),
                ),
            ],
        )
    ]
