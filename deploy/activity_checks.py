"""What the journal and the tables of training, activity, kits and calls must agree on.

Statements for ``deploy/register_checks.py``; each yields (entry or 0, what is concerned).  Rows of the source
``reprise`` were known before the service: no act of it wrote them.
"""

ACTIVITY = (
    (
        "report {}: its row and its entry do not agree",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'compte_rendu', r.id::text)
FROM (SELECT * FROM journal_entree WHERE event = 'activite:write') e
FULL JOIN compte_rendu r ON r.id = ($FACTS ->> 'compte_rendu')::uuid
WHERE e.id IS NULL OR (r.id IS NULL AND e.at >= $KEPT)
   OR (r.id IS NOT NULL AND (r.compte_id IS DISTINCT FROM e.acteur_id OR r.structure_id IS DISTINCT FROM e.structure_id
                             OR date_trunc('second', r.created_at) <> e.at))
""",
    ),
    (
        "report {}: its cancellation is not what was journaled",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'compte_rendu', r.id::text)
FROM (SELECT * FROM journal_entree WHERE event = 'activite:cancel') e
FULL JOIN (SELECT * FROM compte_rendu WHERE cancelled_at IS NOT NULL) r ON r.id = ($FACTS ->> 'compte_rendu')::uuid
WHERE e.id IS NULL OR (r.id IS NULL AND e.at >= $KEPT) OR date_trunc('second', r.cancelled_at) <> e.at
""",
    ),
    (
        "activity of {}: its counts are not those of its reports",
        """
SELECT 0, m.structure_id || ' ' || m.month FROM activite_mois m CROSS JOIN LATERAL (
    SELECT count(*) AS reports, coalesce(sum(r.people), 0) AS people FROM compte_rendu r
    WHERE r.structure_id = m.structure_id AND r.day >= m.month AND r.day < m.month + interval '1 month'
      AND r.cancelled_at IS NULL AND (m.compte_id IS NULL OR r.compte_id = m.compte_id)
) found
WHERE m.month >= $KEPT AND (m.counts[1], m.counts[2]) <> (found.reports, found.people)
""",
    ),
    (
        "attendance {}: its row has a mark that no entry tells",
        """
SELECT 0, p.id::text FROM presence_formation p JOIN inscription_formation i ON i.id = p.inscription_id
WHERE NOT EXISTS (
    SELECT FROM journal_entree e
    WHERE e.event = 'formation:mark' AND e.subject_id = i.session_id AND e.acteur_id = p.marked_by_id
      AND e.at = date_trunc('second', p.marked_at)
      AND ($FACTS ->> 'day', $FACTS ->> 'moment') = (p.day::text, p.moment))
""",
    ),
    (
        "attendance of {}: its rows are not the numbers that were journaled last",
        """
WITH told AS (
    SELECT DISTINCT ON (e.subject_id, $FACTS ->> 'day', $FACTS ->> 'moment') e.id, e.subject_id, e.at, $FACTS AS facts
    FROM journal_entree e WHERE e.event = 'formation:mark'
    ORDER BY e.subject_id, $FACTS ->> 'day', $FACTS ->> 'moment', e.id DESC)
SELECT t.id, t.subject_id || ' ' || (t.facts ->> 'day') FROM told t CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE p.present) AS present, count(*) FILTER (WHERE NOT p.present) AS absent
    FROM presence_formation p JOIN inscription_formation i ON i.id = p.inscription_id
    WHERE i.session_id = t.subject_id AND p.day::text = t.facts ->> 'day' AND p.moment = t.facts ->> 'moment'
      AND date_trunc('second', p.marked_at) = t.at
) found
WHERE (found.present, found.absent) <> ((t.facts ->> 'present')::bigint, (t.facts ->> 'absent')::bigint)
""",
    ),
    (
        "training {}: it is not what the attendance adds up to",
        """
SELECT coalesce(told.id, 0), p.id::text FROM parcours_formation p LEFT JOIN LATERAL (
    SELECT e.id, e.event FROM journal_entree e
    WHERE e.subject_id = p.compte_id AND e.event IN ('formation:done', 'formation:undone')
      AND $FACTS ->> 'cadre' = p.cadre ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE p.source <> 'reprise' AND (
    (p.completed_on IS NOT NULL) <> (told.event IS NOT DISTINCT FROM 'formation:done')
    OR p.half_days <> (
        SELECT count(*) FROM presence_formation a JOIN inscription_formation i ON i.id = a.inscription_id
        WHERE i.compte_id = p.compte_id AND i.cadre = p.cadre AND a.present))
""",
    ),
    (
        "certification {}: its row and its entry do not agree",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'certification', c.id::text)
FROM (SELECT * FROM journal_entree WHERE event IN ('certification:obtain', 'certification:fail')) e
FULL JOIN (SELECT * FROM certification WHERE source <> 'reprise') c ON c.id = ($FACTS ->> 'certification')::uuid
WHERE e.id IS NULL OR c.id IS NULL OR c.compte_id IS DISTINCT FROM e.subject_id
   OR c.obtained <> (e.event = 'certification:obtain') OR c.source <> $FACTS ->> 'source'
   OR date_trunc('second', c.written_at) <> e.at
   OR c.obtained_on::text <> coalesce($FACTS ->> 'day', c.obtained_on::text)
""",
    ),
    (
        "certification {}: its withdrawal is not what was journaled",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'certification', c.id::text)
FROM (SELECT * FROM journal_entree WHERE event = 'certification:withdraw') e
FULL JOIN (SELECT * FROM certification WHERE withdrawn_at IS NOT NULL) c ON c.id = ($FACTS ->> 'certification')::uuid
WHERE e.id IS NULL OR c.id IS NULL OR date_trunc('second', c.withdrawn_at) <> e.at
""",
    ),
    (
        "kit {}: its state is not what was journaled last",
        """
SELECT coalesce(told.id, 0), k.id::text FROM commande_kit k LEFT JOIN LATERAL (
    SELECT e.id, $FACTS ->> 'etat' AS etat FROM journal_entree e
    WHERE e.subject_id = k.id AND e.event IN ('kit:order', 'kit:move') ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE told.id IS NULL OR k.etat <> coalesce(told.etat, 'commandee')
""",
    ),
    (
        "call {}: its end is not what was journaled",
        """
SELECT coalesce(e.id, 0), coalesce(e.subject_id, a.id)::text
FROM (SELECT * FROM journal_entree WHERE event = 'appel_solidarite:end') e
FULL JOIN (SELECT * FROM appel_solidarite WHERE ended_at IS NOT NULL) a ON a.id = e.subject_id
LEFT JOIN LATERAL (
    SELECT max(p.at) - interval '$CALL_DAYS days' AS kept, bool_or(p.at = date_trunc('second', a.ended_at)) AS forgotten
    FROM journal_entree p WHERE p.event = 'dispositif:purge'
      AND convert_from(p.body, 'UTF8')::jsonb -> 'facts' ->> 'what' = 'appels'
) purge ON true
WHERE (e.id IS NULL AND (purge.forgotten IS NOT true OR a.outcome <> 'oublie'))
   OR (a.id IS NULL AND e.at >= coalesce(purge.kept, '-infinity'))
   OR date_trunc('second', a.ended_at) <> e.at OR a.outcome <> $FACTS ->> 'outcome'
""",
    ),
)
