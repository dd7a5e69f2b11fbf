"""The place of a mandat's credential in a status list: one a mandat, whatever number of times it is handed out."""

from django.db import models

from mandats.registre.models.mandats import Mandat

FIRST_LIST = 1_000_000
"""Lists of credentials are numbered from here, those of autorisations from nought: no place belongs to two things."""


class Titre(models.Model):
    """Where the status of a mandat's credential stands.  The credential itself is never kept: it holds an identity."""

    mandat = models.OneToOneField(Mandat, primary_key=True, on_delete=models.PROTECT, related_name="titre")
    status_list = models.PositiveIntegerField()
    status_index = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "titre"
        constraints = (
            models.UniqueConstraint(fields=("status_list", "status_index"), name="titre_status_index"),
            models.CheckConstraint(condition=models.Q(status_list__gte=FIRST_LIST), name="titre_list_of_its_own"),
        )

    def __str__(self) -> str:
        return f"{self.status_list}/{self.status_index}"
