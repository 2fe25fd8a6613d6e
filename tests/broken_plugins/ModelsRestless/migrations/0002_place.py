from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ModelsRestless", "0001_initial")]
    operations = [migrations.AddField("Restless", "place", models.CharField(default="", max_length=20))]
