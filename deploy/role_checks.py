"""What the journal and the rows that give a right must agree on: national roles, places in a team, habilitations.

Statements for ``deploy/register_checks.py``; each yields (entry or 0, what is concerned).
"""

ROLES = (
    (
        "national role {}: it stands and no entry gives it, or one withdrew it",
        """
SELECT coalesce(told.id, 0), f.role || ' ' || f.compte_id FROM fonction f LEFT JOIN LATERAL (
    SELECT e.id, e.event FROM journal_entree e
    WHERE e.subject_id = f.compte_id AND e.event IN ('role:grant', 'role:withdraw')
      AND jsonb_exists($FACTS -> 'roles', f.role) AND coalesce($FACTS ->> 'departement', '') = f.departement
    ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE (f.ended_at IS NULL AND told.event IS DISTINCT FROM 'role:grant')
   OR (f.ended_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM journal_entree e WHERE e.subject_id = f.compte_id AND e.event = 'role:withdraw'
        AND e.at = date_trunc('second', f.ended_at)))
""",
    ),
    (
        "place {}: its roles are not those that the journal gave",
        """
WITH told AS (
    SELECT e.id, e.subject_id AS compte_id, e.structure_id, e.event, $FACTS -> 'roles' AS roles
    FROM journal_entree e WHERE e.event IN ('role:grant', 'role:change', 'role:withdraw') AND e.structure_id IS NOT NULL
    UNION ALL
    SELECT e.id, ($FACTS ->> 'compte')::uuid, e.structure_id, e.event, '["aidant"]'
    FROM journal_entree e WHERE e.event = 'contrat:sign'
    UNION ALL
    SELECT e.id, ($FACTS ->> 'compte')::uuid, e.structure_id, 'role:change', $FACTS -> 'roles'
    FROM journal_entree e WHERE e.event = 'contrat:leave' AND jsonb_exists($FACTS, 'compte')),
since AS (
    SELECT *, max(id) FILTER (WHERE event IN ('role:change', 'role:withdraw'))
        OVER (PARTITION BY compte_id, structure_id) AS start FROM told),
held AS (
    SELECT compte_id, structure_id, max(id) AS id,
           bool_or(event <> 'role:withdraw' AND jsonb_exists(roles, 'aidant')) AS aidant,
           bool_or(event <> 'role:withdraw' AND jsonb_exists(roles, 'referent')) AS referent
    FROM since WHERE id >= coalesce(start, 0) GROUP BY compte_id, structure_id)
SELECT coalesce(h.id, 0), p.id::text
FROM affectation p LEFT JOIN held h ON h.compte_id = p.compte_id AND h.structure_id = p.structure_id
WHERE p.ended_at IS NULL
  AND (p.is_aidant, p.is_referent) <> (coalesce(h.aidant, false), coalesce(h.referent, false))
""",
    ),
    (
        "habilitation of {}: it was withdrawn and stands",
        """
SELECT told.id, h.id::text FROM habilitation_aidant h JOIN affectation p ON p.id = h.affectation_id
JOIN LATERAL (
    SELECT e.id, e.event FROM journal_entree e
    WHERE e.subject_id = p.compte_id AND e.structure_id = p.structure_id AND e.at >= date_trunc('second', p.started_at)
      AND e.event IN ('habilitation:withdraw', 'habilitation:restore') ORDER BY e.id DESC LIMIT 1
) told ON told.event = 'habilitation:withdraw'
WHERE h.ended_at IS NULL
""",
    ),
    (
        "structure {}: its suspension is not what was journaled",
        """
SELECT coalesce(told.id, 0), h.structure_id::text FROM habilitation_structure h LEFT JOIN LATERAL (
    SELECT e.id, e.event FROM journal_entree e
    WHERE e.subject_id = h.structure_id AND e.event IN ('structure:suspend', 'structure:resume')
      AND e.at >= date_trunc('second', h.validee_at)
    ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE h.ended_at IS NULL AND (h.suspended_at IS NOT NULL) <> (told.event IS NOT DISTINCT FROM 'structure:suspend')
""",
    ),
    (
        "structure {}: its habilitation is not what was journaled",
        """
SELECT coalesce(told.id, 0), h.structure_id::text FROM habilitation_structure h LEFT JOIN LATERAL (
    SELECT e.id, e.event, e.at FROM journal_entree e
    WHERE e.subject_id = h.structure_id
      AND e.event IN ('habilitation:validate', 'habilitation:declare', 'structure:end')
      AND (h.ended_at IS NULL OR e.at <= h.ended_at) ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE CASE WHEN h.ended_at IS NULL
           THEN coalesce(told.event, 'structure:end') = 'structure:end'
                OR told.at <> date_trunc('second', h.validee_at)
           ELSE told.event IS DISTINCT FROM 'structure:end' OR told.at <> date_trunc('second', h.ended_at) END
""",
    ),
)
