"""The two figures of the scheme are counted by the database itself, and its first two calls stand as parameters."""

from django.db import migrations

_COUNTERS = """
INSERT INTO enveloppe (id, total, recruited, milestone, milestone_on) VALUES (1, 4000, 0, 1000, '2021-03-31');

CREATE FUNCTION quota_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One quota at a time, the smaller identifier first: two moves in opposite directions never wait for each other.
    IF TG_OP = 'UPDATE' AND OLD.quota_id = NEW.quota_id AND (OLD.withdrawn_at IS NULL) = (NEW.withdrawn_at IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM quota WHERE id IN (
        SELECT OLD.quota_id WHERE TG_OP <> 'INSERT' UNION SELECT NEW.quota_id WHERE TG_OP <> 'DELETE'
    ) ORDER BY id FOR NO KEY UPDATE;
    IF TG_OP <> 'INSERT' AND OLD.withdrawn_at IS NULL THEN
        UPDATE quota SET retained = retained - 1 WHERE id = OLD.quota_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.withdrawn_at IS NULL THEN
        UPDATE quota SET retained = retained + 1 WHERE id = NEW.quota_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER poste_counted AFTER INSERT OR UPDATE OR DELETE ON poste
    FOR EACH ROW EXECUTE FUNCTION quota_count();

CREATE FUNCTION recruited_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state IN ('recrutee', 'finalisee') THEN
        moved := moved - 1;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state IN ('recrutee', 'finalisee') THEN
        moved := moved + 1;
    END IF;
    IF moved <> 0 THEN
        UPDATE enveloppe SET recruited = recruited + moved WHERE id = 1;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recruitment_counted AFTER INSERT OR UPDATE OR DELETE ON mise_en_relation
    FOR EACH ROW EXECUTE FUNCTION recruited_count();
"""

_COUNTERS_BACKWARD = """
DROP TRIGGER recruitment_counted ON mise_en_relation;
DROP FUNCTION recruited_count();
DROP TRIGGER poste_counted ON poste;
DROP FUNCTION quota_count();
DELETE FROM enveloppe;
"""

# Which kinds and which rule are DOMAIN §5's; the days are parameters, changed on a screen.
_CAMPAGNES = """
INSERT INTO campagne (id, label, kinds, bareme, opens_on, closes_on) VALUES
    (gen_random_uuid(), 'Premier appel : collectivités et groupements',
     '["collectivite", "groupement", "grand_paris", "territorial", "lyon", "outre_mer"]',
     'forfait_public', '2020-11-17', NULL),
    (gen_random_uuid(), 'Second appel : associations, économie sociale et solidaire, entreprises',
     '["association", "ess", "entreprise"]', 'forfait_prive', '2021-01-04', NULL),
    (gen_random_uuid(), 'Grands réseaux', '["reseau"]', 'forfait_prive', '2020-11-17', NULL);
"""


class Migration(migrations.Migration):
    """Counters, their triggers, and the parameters of the first calls."""

    dependencies = (("aidants", "0009_dispositif"),)

    operations = (
        migrations.RunSQL(_COUNTERS, _COUNTERS_BACKWARD),
        migrations.RunSQL(_CAMPAGNES, "DELETE FROM campagne;"),
    )
