"""The journal's tree: leaves, nodes, checkpoints, cosignatures, all of them only ever appended to."""

import django.db.models.deletion
from django.db import migrations, models

_TABLES = ("journal_leaf", "journal_node", "journal_checkpoint", "journal_cosignature")

_TXID = """
ALTER TABLE journal_entree ADD COLUMN txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX journal_entree_txid ON journal_entree (txid, id);
"""
_NO_TXID = "ALTER TABLE journal_entree DROP COLUMN txid;"

_FORWARD = "".join(
    f"""
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""
    for table in _TABLES
)
_BACKWARD = "".join(
    f"DROP TRIGGER {table}_no_truncate ON {table}; DROP TRIGGER {table}_no_change ON {table};" for table in _TABLES
)


class Migration(migrations.Migration):
    """The transaction of each entry lets the sequencer miss none that commits late."""

    dependencies = (("aidants", "0002_journal_append_only"),)

    operations = (
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                (
                    "entree",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="leaf",
                        to="aidants.entree",
                    ),
                ),
            ],
            options={"db_table": "journal_leaf", "ordering": ("number",)},
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={"db_table": "journal_node"},
        ),
        migrations.AddConstraint(
            model_name="node",
            constraint=models.UniqueConstraint(fields=("level", "number"), name="journal_node_once"),
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("seen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "journal_checkpoint", "ordering": ("size",)},
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("witness", models.TextField()),
                ("line", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="cosignatures",
                        to="aidants.checkpoint",
                    ),
                ),
            ],
            options={"db_table": "journal_cosignature"},
        ),
        migrations.AddConstraint(
            model_name="cosignature",
            constraint=models.UniqueConstraint(fields=("checkpoint", "witness"), name="journal_cosignature_once"),
        ),
        migrations.RunSQL(_TXID, _NO_TXID),
        migrations.RunSQL(_FORWARD, _BACKWARD),
    )
