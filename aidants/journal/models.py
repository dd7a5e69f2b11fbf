"""The journal's tables.  Entries are written by :mod:`aidants.journal.record`, their tree by
:mod:`aidants.journal.sequence` and :mod:`aidants.journal.witnessing`, cursors by :mod:`aidants.journal.follow`, and by
nothing else.

The entry holds canonical bytes and their salted digest; the columns beside
them repeat members of the body so that they can be searched, and
``verify_journal`` compares the two.  The salt stands apart because it is
destroyed at the end of keeping, while entries never change.
"""

from django.db import models


class Entree(models.Model):
    """One act or refusal.  PostgreSQL refuses UPDATE, DELETE and TRUNCATE on it.

    The table has one more column, ``txid``: the transaction that wrote the row, for the sequencer alone.
    """

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
            models.Index(fields=("event", "id"), name="journal_event"),
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


class Leaf(models.Model):
    """An entry's place in the tree: numbers run from 0 without holes.  Append-only.

    No foreign key: its check would lock, hence rewrite, each entry; entries cannot be deleted anyway.
    """

    number = models.BigIntegerField(primary_key=True)
    entree = models.OneToOneField(Entree, on_delete=models.DO_NOTHING, db_constraint=False, related_name="leaf")
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_leaf"
        ordering = ("number",)

    def __str__(self) -> str:
        return f"n° {self.number}"


class Node(models.Model):
    """The root of one full tile: ``level`` 1 stands over 256 leaves, 2 over 256 of level 1.  Append-only."""

    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_node"
        constraints = (models.UniqueConstraint(fields=("level", "number"), name="journal_node_once"),)

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Checkpoint(models.Model):
    """The tree at one size, signed once.  Append-only: no size ever has two roots.

    ``seen``: every transaction before this one had ended, and its entries are in the tree.
    """

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    seen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "journal_checkpoint"
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size}"


class Curseur(models.Model):
    """How far one follower has read: ``number`` is the entry that it reads next.  The one row that moves."""

    name = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "journal_curseur"

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Cosignature(models.Model):
    """What one witness signed over one checkpoint.  Append-only."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.DO_NOTHING, related_name="cosignatures")
    witness = models.TextField()
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "journal_cosignature"
        constraints = (models.UniqueConstraint(fields=("checkpoint", "witness"), name="journal_cosignature_once"),)

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint_id}"
