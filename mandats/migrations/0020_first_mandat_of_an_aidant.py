"""The first mandat of an aidant, found by an index: the dashboards ask when each conseiller concluded theirs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The new index first: the foreign key's own is dropped once another serves it."""

    dependencies = (
        ("mandats", "0019_accord_in_writing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        migrations.AddIndex(
            model_name="mandat",
            index=models.Index(fields=["aidant", "accepted_at"], name="mandat_aidant_date"),
        ),
        migrations.AlterField(
            model_name="mandat",
            name="aidant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mandats",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    )
