"""Mandats whose term has come and is not written, found by an index: the worker asks every two seconds."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One index, of the mandats that stand."""

    dependencies = (("mandats", "0020_first_mandat_of_an_aidant"),)

    operations = (
        migrations.AddIndex(
            model_name="mandat",
            index=models.Index(
                condition=Q(ended_at__isnull=True), fields=["expires_at"], name="mandat_term_to_write"
            ),
        ),
    )
