"""How far each follower of the journal has read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One row a follower, which moves: the service's role may change it, unlike all else of the journal."""

    dependencies = (("aidants", "0003_journal_tree"),)

    operations = (
        migrations.CreateModel(
            name="Curseur",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "journal_curseur"},
        ),
    )
