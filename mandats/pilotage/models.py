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


class MandatsDepartement(models.Model):
    """What mandats add up to in one department, as a period counted last; an internal figure, never public as it is.

    ``usagers`` are counted where one of their mandats is; ``autonomes``: those who no longer need a mandat.
    """

    departement = models.CharField(max_length=3, primary_key=True)
    usagers = models.PositiveIntegerField()
    autonomes = models.PositiveIntegerField()
    mandats = models.PositiveIntegerField()
    utilisations = models.PositiveIntegerField()
    aidants = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "mandats_departement"

    def __str__(self) -> str:
        return self.departement
