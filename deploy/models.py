"""The table of periods: when each scheduled job last ran."""

from django.db import models


class Periode(models.Model):
    """One row a scheduled job."""

    name = models.CharField(max_length=64, primary_key=True)
    ran_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "periode"

    def __str__(self) -> str:
        return self.name
