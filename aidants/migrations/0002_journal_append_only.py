"""The journal refuses UPDATE, DELETE and TRUNCATE, whoever asks; salts may only be deleted."""

from django.db import migrations

_FORWARD = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'journal: % refused on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER journal_entree_no_change BEFORE UPDATE OR DELETE ON journal_entree
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_entree_no_truncate BEFORE TRUNCATE ON journal_entree
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_sel_no_update BEFORE UPDATE ON journal_sel
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_sel_no_truncate BEFORE TRUNCATE ON journal_sel
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""

_BACKWARD = """
DROP TRIGGER journal_sel_no_truncate ON journal_sel;
DROP TRIGGER journal_sel_no_update ON journal_sel;
DROP TRIGGER journal_entree_no_truncate ON journal_entree;
DROP TRIGGER journal_entree_no_change ON journal_entree;
DROP FUNCTION journal_refuse();
"""


class Migration(migrations.Migration):
    """Triggers hold even for the owner of the tables; grants hold the service's role."""

    dependencies = (("aidants", "0001_initial"),)

    operations = (migrations.RunSQL(_FORWARD, _BACKWARD),)
