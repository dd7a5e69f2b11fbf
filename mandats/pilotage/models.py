"""The public figures, as computed last; small counts are hidden before they are written here."""

from django.db import models


class FiguresPubliques(models.Model):
    """One row a kind of figures (only ``national`` so far): what the public page reads, and nothing else."""

    name = models.CharField(max_length=16, primary_key=True)
    figures = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "figures_publiques"

    def __str__(self) -> str:
        return self.name
