"""The journal's tables.  Nothing but :mod:`aidants.journal.record` writes them.

The entry holds canonical bytes and their salted digest; the columns beside
them repeat members of the body so that they can be searched, and
``verify_journal`` compares the two.  The salt stands apart because it is
destroyed at the end of keeping, while entries never change.
"""

from django.db import models


class Entree(models.Model):
    """One act or refusal.  PostgreSQL refuses UPDATE, DELETE and TRUNCATE on it."""

    id = models.BigAutoField(primary_key=True)
    event = models.TextField()
    at = models.DateTimeField()
    acteur_kind = models.TextField()
    acteur_id = models.UUIDField(null=True)
    structure_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    body = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        db_table = "journal_entree"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("subject_id", "id"), name="journal_subject"),
            models.Index(fields=("structure_id", "id"), name="journal_structure"),
            models.Index(fields=("acteur_id", "id"), name="journal_acteur"),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.event}"


class Sel(models.Model):
    """The salt of one entry; deleted at the end of keeping."""

    entree = models.OneToOneField(Entree, on_delete=models.DO_NOTHING, primary_key=True, related_name="sel")
    salt = models.BinaryField()

    class Meta:
        db_table = "journal_sel"

    def __str__(self) -> str:
        return f"sel de {self.entree_id}"


class RefusCompte(models.Model):
    """Refusals of strangers, counted: one row a kind, bucket and minute, so that nobody can flood the journal."""

    kind = models.TextField()
    bucket = models.TextField()
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "journal_refus_compte"
        constraints = (models.UniqueConstraint(fields=("kind", "bucket", "minute"), name="journal_refus_unique"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.minute:%Y-%m-%d %H:%M} × {self.count}"
