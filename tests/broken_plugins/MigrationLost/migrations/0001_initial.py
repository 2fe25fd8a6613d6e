from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("VaultModels", "0099_never_written")]
    operations = []
