"""What a search of the journal needs: by event, by date, by the reference of a mandat."""

from django.db import migrations, models

_FORWARD = """
CREATE INDEX journal_at ON journal_entree USING brin (at);
CREATE FUNCTION journal_reference(body bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT replace(convert_from(body, 'UTF8')::jsonb #>> '{facts,reference}', '-', '') $$;
CREATE INDEX journal_reference ON journal_entree (journal_reference(body)) WHERE event = 'mandat:sign';
CREATE INDEX journal_refus_minute ON journal_refus_compte (minute);
"""
_BACKWARD = """
DROP INDEX journal_refus_minute;
DROP INDEX journal_reference;
DROP FUNCTION journal_reference;
DROP INDEX journal_at;
"""


class Migration(migrations.Migration):
    """PostgreSQL calls convert_from stable for other encodings' sake; ours is UTF-8 on both sides, for ever the same.

    The reference is read inside the entry's own bytes: it is found after the mandat's row was erased.
    """

    dependencies = (("aidants", "0007_comptes"),)

    operations = (
        migrations.AddIndex(
            model_name="entree", index=models.Index(fields=["event", "id"], name="journal_event")
        ),
        migrations.RunSQL(_FORWARD, _BACKWARD),
    )
