"""Who was habilitated before the right followed from training, certification and terms keeps it: their past is told
by rows marked « reprise ».  Nothing is taken back by going back: the rows may have been used since."""

from django.db import migrations

_ABLE = """
WITH able AS (
    SELECT a.compte_id, bool_or(a.is_conseiller) AS conseiller, min(h.validee_at) AS since
    FROM habilitation_aidant h JOIN affectation a ON a.id = h.affectation_id
    WHERE h.ended_at IS NULL AND a.ended_at IS NULL GROUP BY a.compte_id)
"""
PARCOURS = _ABLE + """
INSERT INTO parcours_formation (id, compte_id, cadre, half_days, started_on, completed_on, source)
SELECT gen_random_uuid(), compte_id, CASE WHEN conseiller THEN 'conseiller' ELSE 'aidant' END,
       CASE WHEN conseiller THEN 100 ELSE 2 END, since::date, since::date, 'reprise'
FROM able ON CONFLICT DO NOTHING
"""
CERTIFICATIONS = _ABLE + """
INSERT INTO certification (id, compte_id, obtained, obtained_on, source, written_at, withdrawn_why)
SELECT gen_random_uuid(), compte_id, true, since::date, 'reprise', since, '' FROM able ON CONFLICT DO NOTHING
"""
CONDITIONS = _ABLE + """
INSERT INTO acceptation_conditions (id, compte_id, version, accepted_at)
SELECT gen_random_uuid(), compte_id, '2026-11-26', since FROM able ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ("aidants", "0014_dossiers_and_training"),
    ]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (PARCOURS, CERTIFICATIONS, CONDITIONS)
    ]
