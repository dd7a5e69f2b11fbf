"""What the journal and the tables of the scheme must agree on: applications, grants, payments, recruitments counted.

Statements for ``deploy/register_checks.py``; each yields (entry or 0, what is concerned).
"""

SCHEME = (
    (
        "application {}: its state is not what was journaled last",
        """
SELECT told.id, c.id::text FROM candidature c JOIN LATERAL (
    SELECT e.id, e.event, $FACTS ->> 'decision' AS decision FROM journal_entree e
    WHERE e.subject_id = c.id AND e.event IN ('candidature:submit', 'candidature:abandon', 'comite:decide')
    ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE c.state <> CASE told.event WHEN 'candidature:submit' THEN 'deposee'
                                 WHEN 'candidature:abandon' THEN 'abandonnee' ELSE told.decision END
""",
    ),
    (
        "contract {}: what is granted is not what was journaled",
        """
SELECT e.id, k.id::text FROM contrat k JOIN journal_entree e ON e.subject_id = k.id AND e.event = 'contrat:sign'
WHERE ($FACTS ->> 'granted')::bigint <> k.granted OR $FACTS ->> 'poste' <> k.poste_id::text
""",
    ),
    (
        "instalment {}: it is paid and no entry tells it",
        """
SELECT s.id, v.id::text FROM versement v
JOIN journal_entree s ON s.subject_id = v.contrat_id AND s.event = 'contrat:sign'
WHERE v.paid_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM journal_entree e WHERE e.subject_id = v.contrat_id AND e.event = 'versement:pay'
    AND ($FACTS ->> 'rank')::int = v.rank AND ($FACTS ->> 'amount')::bigint = v.amount)
""",
    ),
    (
        "national figure {}: it is not the number of recruitments",
        """
SELECT 0, n.recruited::text FROM enveloppe n
WHERE n.recruited <> (SELECT count(*) FROM mise_en_relation WHERE state IN ('recrutee', 'finalisee'))
""",
    ),
    (
        "quota {}: it is not the number of its posts",
        """
SELECT 0, q.departement || q.reseau FROM quota q
WHERE q.retained <> (SELECT count(*) FROM poste p WHERE p.quota_id = q.id AND p.withdrawn_at IS NULL)
""",
    ),
    (
        "activity of a department {}: it is not the sum of its structures",
        """
WITH summed AS (
    SELECT departement, month, i, sum(count) AS total
    FROM activite_mois, unnest(counts) WITH ORDINALITY AS t(count, i) WHERE compte_id IS NULL GROUP BY 1, 2, 3
), kept AS (
    SELECT departement, month, i, count AS total
    FROM activite_departement, unnest(counts) WITH ORDINALITY AS t(count, i)
)
SELECT DISTINCT 0, departement || ' ' || month::text FROM summed FULL JOIN kept USING (departement, month, i)
WHERE coalesce(summed.total, 0) <> coalesce(kept.total, 0)
""",
    ),
)
