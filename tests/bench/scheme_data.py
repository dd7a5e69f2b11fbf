"""The scheme at its full size, made inside the database: structures, conseillers, their contracts, a year of reports.

What the rules and triggers count is counted by them; the months are added up by the same words as the service's.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from aidants.domain.activite.comptes_rendus import AGES, AXES, SLOTS
from aidants.domain.departements import DEPARTEMENTS

_CODES = [code for code in DEPARTEMENTS if len(code) == 2 and code.isdigit()]


@dataclass(frozen=True, slots=True)
class Size:
    """How much: DOMAIN §5's own figures, or a part of them."""

    conseillers: int = 4000
    structures: int = 2000
    reports: int = 1_000_000


_STRUCTURES = """(SELECT n, md5('structure' || n)::uuid AS id,
    (%(codes)s::text[])[1 + n %% array_length(%(codes)s::text[], 1)] AS code
    FROM generate_series(1, %(structures)s) n)"""
_COMPTES = f"""(SELECT n, md5('compte' || n)::uuid AS id, md5('poste' || n)::uuid AS poste,
    md5('candidat' || n)::uuid AS candidat, md5('relation' || n)::uuid AS relation, s.id AS structure_id, s.code
    FROM generate_series(1, %(conseillers)s) AS c(n)
    JOIN {_STRUCTURES} AS s(sn, id, code) ON s.sn = 1 + n %% %(structures)s)"""
_STATEMENTS = (
    f"""INSERT INTO structure (id, name, siret, kind, street, postcode, city, insee_code, telephone, email, time_zone,
        demarches, houses_or_bills, created_at)
    SELECT id, 'Structure ' || n, '99999910500011', '', '1 rue', code || '000', 'Ville', code || '001', '', '',
           'Europe/Paris', '[]', false, %(now)s FROM {_STRUCTURES} s""",
    f"""INSERT INTO compte (id, password, email, given_name, family_name, profession, is_active, is_staff, created_at)
    SELECT id, '!', id || '@example.org', 'Camille', 'Martin', '', true, false, %(now)s FROM {_COMPTES} c""",
    f"""INSERT INTO affectation (id, compte_id, structure_id, is_aidant, is_referent, is_conseiller, started_at)
    SELECT gen_random_uuid(), id, structure_id, true, false, true, %(now)s FROM {_COMPTES} c""",
    f"""INSERT INTO quota (id, departement, reseau, posts)
    SELECT gen_random_uuid(), code, '', count(*) + 5 FROM {_COMPTES} c GROUP BY code""",
    f"""INSERT INTO candidature (id, email, given_name, family_name, profession, telephone, kind, reseau, siret, name,
        street, postcode, city, insee_code, departement, posts_asked, project, consulted, state, campagne_id,
        structure_id, posts_retained, reason, created_at, updated_at, submitted_at, decided_at)
    SELECT id, id || '@example.org', 'Camille', 'Martin', '', '', 'collectivite', '', '99999910500011',
           'Structure ' || n, '1 rue', code || '000', 'Ville', code || '001', code, 4, 'Accueillir.', '', 'retenue',
           (SELECT id FROM campagne ORDER BY opens_on LIMIT 1), id, 4, '', %(submitted)s, %(now)s,
           %(submitted)s, %(submitted)s + n %% 60 * interval '1 day' FROM {_STRUCTURES} s""",
    """INSERT INTO avis_prefet (id, candidature_id, departement, asked_at, due_at, sens, comment, given_at)
    SELECT gen_random_uuid(), id, departement, submitted_at, submitted_at + interval '15 days', 'sans_avis', '',
           submitted_at + interval '15 days' FROM candidature""",
    f"""INSERT INTO poste (id, structure_id, candidature_id, quota_id, departement, number, bareme, created_at)
    SELECT poste, structure_id, structure_id, q.id, code, 1 + n / %(structures)s,
           'forfait_public', %(now)s FROM {_COMPTES} m
    JOIN quota q ON q.departement = m.code AND q.reseau = ''""",
    f"""INSERT INTO candidat (id, email, given_name, family_name, telephone, situation, skills, presentation, city,
        insee_code, departement, distance_km, cv, cv_sha256, cv_name, created_at, updated_at)
    SELECT candidat, candidat || '@example.org', '', '', '', '', '[]', '', '', '', code, 30, '', '', '', %(now)s,
           %(now)s FROM {_COMPTES} c""",
    f"""INSERT INTO mise_en_relation (id, structure_id, candidat_id, poste_id, state, created_at, updated_at)
    SELECT relation, structure_id, candidat, poste, 'finalisee', %(now)s, %(now)s FROM {_COMPTES} c""",
    f"""INSERT INTO contrat (id, compte_id, structure_id, poste_id, mise_en_relation_id, kind, starts_on, ends_on,
        gross_monthly, cost_monthly, granted, created_at, motif)
    SELECT gen_random_uuid(), id, structure_id, poste, relation, 'cdd', %(start)s::date, %(start)s::date + 730, 170000,
           230000, 5000000, %(now)s, '' FROM {_COMPTES} c""",
    """INSERT INTO versement (id, contrat_id, rank, due_on, amount)
    SELECT gen_random_uuid(), c.id, r, %(start)s, 1000000 FROM contrat c, generate_series(1, 3) r""",
    f"""INSERT INTO parcours_formation (id, compte_id, cadre, half_days, started_on, completed_on, source)
    SELECT gen_random_uuid(), id, 'conseiller', 100, %(start)s::date, %(start)s::date + 100 + n %% 30, 'presences'
    FROM {_COMPTES} c WHERE n %% 5 > 0""",
    f"""INSERT INTO certification (id, compte_id, obtained, obtained_on, source, written_at, withdrawn_why)
    SELECT gen_random_uuid(), id, true, %(start)s::date + 150, 'csv', %(now)s, '' FROM {_COMPTES} c WHERE n %% 5 > 1""",
    """INSERT INTO compte_rendu (id, structure_id, compte_id, day, channel, kind, people, minutes, ages, themes, manner,
        outcome, redirected_to, created_at)
    SELECT gen_random_uuid(), md5('structure' || (1 + (1 + g %% %(conseillers)s) %% %(structures)s))::uuid,
           md5('compte' || (1 + g %% %(conseillers)s))::uuid, %(today)s::date - (g %% 365),
           (%(channel)s::text[])[1 + g %% 5], (%(kind)s::text[])[1 + g %% 3], CASE g %% 3 WHEN 1 THEN 8 ELSE 1 END, 30,
           CASE g %% 3 WHEN 1 THEN '{0,0,0,2,2,2,2}' ELSE '{0,0,0,0,0,0,1}' END::smallint[],
           ARRAY[(%(theme)s::text[])[1 + g %% 12]], (%(manner)s::text[])[1 + g %% 2],
           CASE WHEN g %% 7 = 0 THEN 'oriente' ELSE 'fait' END, CASE WHEN g %% 7 = 0 THEN 'caf' ELSE '' END, %(now)s
    FROM generate_series(1, %(reports)s) g""",
)


def _slot(axis: str, word: str) -> str:
    """Return the SQL of one count."""
    if (axis, word) == ("total", "reports"):
        return "count(*)"
    if (axis, word) == ("total", "people"):
        return "sum(people)"
    if axis == "age":
        return f"sum(ages[{1 + list(AGES).index(word)}])"
    if axis == "theme":
        return f"count(*) FILTER (WHERE '{word}' = ANY(themes))"
    column = "redirected_to" if axis == "place" else f"r.{axis}"
    return f"count(*) FILTER (WHERE {column} = '{word}')"


def months_statement() -> str:
    """Return the statement that adds the months up anew, for structures and for aidants."""
    counts = ", ".join(f"{_slot(*slot)}::int" for slot in SLOTS)
    return f"""
INSERT INTO activite_mois (structure_id, compte_id, departement, month, counts)
SELECT r.structure_id, r.compte_id,
       min(CASE WHEN s.insee_code ~ '^9[78]' THEN left(s.insee_code, 3) ELSE left(s.insee_code, 2) END),
       date_trunc('month', day)::date, ARRAY[{counts}]
FROM compte_rendu r JOIN structure s ON s.id = r.structure_id WHERE r.cancelled_at IS NULL
GROUP BY GROUPING SETS ((r.structure_id, date_trunc('month', day)),
                        (r.structure_id, date_trunc('month', day), r.compte_id))
"""


def fill(size: Size) -> None:
    """Write everything; for an empty database whose reports nobody wrote yet."""
    today = timezone.localdate()
    words = {axis: list(AXES[axis]) for axis in ("channel", "kind", "theme", "manner")}
    given: dict[str, Any] = {
        "conseillers": size.conseillers,
        "structures": size.structures,
        "reports": size.reports,
        "codes": _CODES,
        "now": timezone.now(),
        "today": today,
        "start": today - timedelta(days=300),
        "submitted": timezone.now() - timedelta(days=400),
        **words,
    }
    with connection.cursor() as cursor:
        # A million rows take longer than any act of the service may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        for statement in _STATEMENTS:
            cursor.execute(statement, given)
        cursor.execute(months_statement())
