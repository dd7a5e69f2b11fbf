"""Each department's activity by month, added up by the database as its structures' is: whoever writes, none forgets."""

import django.contrib.postgres.fields
from django.db import migrations, models

_TRIGGER = """
CREATE FUNCTION activite_departement_add() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more integer[] := NEW.counts;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        more := (SELECT array_agg(a - b ORDER BY i) FROM unnest(NEW.counts, OLD.counts) WITH ORDINALITY AS t(a, b, i));
    END IF;
    INSERT INTO activite_departement AS kept (departement, month, counts) VALUES (NEW.departement, NEW.month, more)
    ON CONFLICT (month, departement) DO UPDATE SET counts = (
        SELECT array_agg(a + b ORDER BY i) FROM unnest(kept.counts, EXCLUDED.counts) WITH ORDINALITY AS t(a, b, i));
    RETURN NULL;
END $$;
CREATE TRIGGER activite_departement_added AFTER INSERT OR UPDATE OF counts ON activite_mois
    FOR EACH ROW WHEN (NEW.compte_id IS NULL) EXECUTE FUNCTION activite_departement_add();
"""
_BEFORE = """
INSERT INTO activite_departement (departement, month, counts)
SELECT departement, month, array_agg(total::int ORDER BY i) FROM (
    SELECT departement, month, i, sum(count) AS total
    FROM activite_mois, unnest(counts) WITH ORDINALITY AS t(count, i) WHERE compte_id IS NULL GROUP BY 1, 2, 3
) sums GROUP BY 1, 2
"""
_BACK = "DROP TRIGGER activite_departement_added ON activite_mois; DROP FUNCTION activite_departement_add();"


class Migration(migrations.Migration):
    """The table, its trigger, and what was counted so far; nobody writes between the last two: one transaction."""

    dependencies = (("aidants", "0021_report_minutes"),)

    operations = (
        migrations.CreateModel(
            name="ActiviteDepartement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("departement", models.CharField(max_length=3)),
                ("month", models.DateField()),
                ("counts", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
            ],
            options={
                "db_table": "activite_departement",
                "constraints": [
                    models.UniqueConstraint(fields=("month", "departement"), name="activite_departement_once")
                ],
            },
        ),
        migrations.RunSQL("LOCK TABLE activite_mois IN SHARE ROW EXCLUSIVE MODE", migrations.RunSQL.noop),
        migrations.RunSQL(_TRIGGER, _BACK),
        migrations.RunSQL(_BEFORE, migrations.RunSQL.noop),
    )
