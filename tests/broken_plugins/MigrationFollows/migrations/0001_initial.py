from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ModelsUnresolved", "0001_initial")]
    operations = [
        migrations.CreateModel(name="Follower", fields=[("id", models.BigAutoField(primary_key=True, serialize=False))])
    ]
