"""Compares the journal with the tables that it speaks of: each act has its row, each row its act.  Never writes.

One statement a comparison; each returns the entries that a row contradicts, or 0 for a row that no entry tells.  What
was erased at the end of keeping is not asked for: the entry stays, the row has gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Template

from django.db import connection

from aidants.domain.dispositif.delais import CALL_LIFE, CRA_LIFE
from aidants.journal.walk import Break
from deploy.activity_checks import ACTIVITY
from deploy.role_checks import ROLES
from deploy.scheme_checks import SCHEME


@dataclass(frozen=True, slots=True)
class Comparison:
    """``statement`` yields (entry, what is concerned); ``why`` says what is wrong with it."""

    why: str
    statement: str


# What the comparisons say often.
_WORDS = {
    "FACTS": "convert_from(e.body, 'UTF8')::jsonb -> 'facts'",
    "SIGNED": """
WITH signed AS (
    SELECT e.id AS entry, e.subject_id, e.structure_id, e.acteur_id,
           convert_from(e.body, 'UTF8')::jsonb -> 'facts' AS facts
    FROM journal_entree e WHERE e.event = 'mandat:sign')
""",
    "CALL_DAYS": str(CALL_LIFE.days),
    # An entry about the mandat, or about its usager, in that very second.
    "SUSPENSION_TOLD": """EXISTS (
    SELECT FROM journal_entree e
    WHERE e.subject_id IN (m.id, m.usager_id) AND e.at = date_trunc('second', m.suspended_at))
""",
}
# A term is in the acte, and a demarche may be closed at it before its mandat's entry is written; a single use ends
# after its use; any other end was told in its own second.
_END = """
    CASE $ROW.motif
        WHEN 'terme' THEN $ROW.ended_at = m.expires_at
        WHEN 'usage_unique' THEN EXISTS (
            SELECT FROM journal_entree e WHERE e.subject_id = m.id
            AND e.event IN ('utilisation:bridge', 'utilisation:declare') AND e.at <= $ROW.ended_at)
        ELSE EXISTS (
            SELECT FROM journal_entree e
            WHERE e.subject_id IN (m.id, m.usager_id) AND e.at = date_trunc('second', $ROW.ended_at)) END
"""
# Since when reports stand: older ones were let go, with an entry that says so.
_KEPT = """(SELECT coalesce(max(e.at) - interval '$DAYS days', '-infinity') FROM journal_entree e
    WHERE e.event = 'dispositif:purge'
      AND convert_from(e.body, 'UTF8')::jsonb -> 'facts' ->> 'what' = 'comptes_rendus')"""
_WORDS["KEPT"] = Template(_KEPT).substitute(DAYS=CRA_LIFE.days)
_WORDS |= {f"END_OF_{row.upper()}": Template(_END).substitute(ROW=row) for row in ("m", "a")}

COMPARISONS = (
    Comparison(
        "mandat {}: its row is not what was journaled at its conclusion",
        """$SIGNED
SELECT s.entry, m.reference FROM mandat m JOIN signed s ON s.subject_id = m.id
WHERE (m.reference, m.text_sha256, m.consentement, m.identity, m.structure_id, m.aidant_id)
    IS DISTINCT FROM (s.facts ->> 'reference', s.facts ->> 'text_sha256', s.facts ->> 'consentement',
                      s.facts ->> 'identity', s.structure_id, s.acteur_id)
   OR extract(epoch FROM m.expires_at)::bigint IS DISTINCT FROM (s.facts ->> 'expires_at')::bigint
""",
    ),
    Comparison(
        "mandat {}: the text kept is not the one that was signed",
        """$SIGNED
SELECT s.entry, m.reference FROM mandat m JOIN signed s ON s.subject_id = m.id
WHERE m.frozen_text <> '' AND encode(sha256(convert_to(m.frozen_text, 'UTF8')), 'hex') <> m.text_sha256
""",
    ),
    Comparison(
        "mandat {}: its demarches are not those that were journaled",
        """$SIGNED
SELECT s.entry, m.reference FROM mandat m JOIN signed s ON s.subject_id = m.id
WHERE (SELECT coalesce(array_agg(a.demarche::text ORDER BY a.demarche::text), '{}')
       FROM autorisation a WHERE a.mandat_id = m.id)
    <> (SELECT coalesce(array_agg(d ORDER BY d), '{}') FROM jsonb_array_elements_text(s.facts -> 'demarches') AS d)
""",
    ),
    Comparison(
        "mandat {}: its row has an end that no entry tells",
        """$SIGNED
SELECT s.entry, m.reference FROM mandat m JOIN signed s ON s.subject_id = m.id
WHERE m.ended_at IS NOT NULL AND NOT ($END_OF_M)
""",
    ),
    Comparison(
        "mandat {}: its end is no longer in its row",
        """
SELECT e.id, m.reference FROM journal_entree e JOIN mandat m ON m.id = e.subject_id
WHERE e.event IN ('mandat:revoke', 'mandat:end') AND (m.ended_at IS NULL OR m.ended_at > e.at + interval '1 second')
""",
    ),
    Comparison(
        "mandat {}: one of its demarches has an end that no entry tells",
        """$SIGNED
SELECT s.entry, m.reference FROM autorisation a JOIN mandat m ON m.id = a.mandat_id
JOIN signed s ON s.subject_id = m.id
WHERE a.ended_at IS NOT NULL AND NOT ($END_OF_A)
""",
    ),
    Comparison(
        "mandat {}: the end of one of its demarches is no longer in its row",
        """
SELECT e.id, m.reference FROM journal_entree e JOIN mandat m ON m.id = e.subject_id
JOIN autorisation a ON a.mandat_id = m.id AND a.demarche = $FACTS ->> 'demarche'
WHERE e.event IN ('autorisation:revoke', 'autorisation:replace')
  AND (a.ended_at IS NULL OR a.ended_at > e.at + interval '1 second')
""",
    ),
    Comparison(
        "mandat {}: its suspension is not what was journaled",
        """
SELECT coalesce(told.id, 0), m.reference FROM mandat m LEFT JOIN LATERAL (
    SELECT e.id, e.event, e.at FROM journal_entree e
    WHERE e.subject_id = m.id AND e.event IN ('mandat:suspend', 'mandat:resume') ORDER BY e.id DESC LIMIT 1
) told ON true
WHERE CASE WHEN m.suspended_at IS NOT NULL THEN NOT $SUSPENSION_TOLD
           ELSE told.event = 'mandat:suspend' AND m.ended_at IS NULL END
""",
    ),
    Comparison(
        "use {}: its row and its entry do not agree",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'utilisation', u.id::text)
FROM (SELECT * FROM journal_entree WHERE event IN ('utilisation:bridge', 'utilisation:declare')) e
FULL JOIN utilisation u ON u.id = ($FACTS ->> 'utilisation')::uuid
LEFT JOIN autorisation a ON a.id = u.autorisation_id
LEFT JOIN mandat m ON m.id = e.subject_id
WHERE CASE WHEN u.id IS NULL THEN m.id IS NOT NULL AND to_jsonb(m) ->> 'erased_at' IS NULL
           ELSE e.id IS NULL OR u.mandat_id <> e.subject_id OR a.mandat_id <> u.mandat_id
             OR a.demarche <> $FACTS ->> 'demarche' OR u.aidant_id IS DISTINCT FROM e.acteur_id
             OR (e.event = 'utilisation:bridge') <> (u.channel = 'bridge')
             OR date_trunc('second', u.created_at) <> e.at END
""",
    ),
    Comparison(
        "look-up {}: its row and its entry do not agree",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'verification', v.id::text)
FROM (SELECT * FROM journal_entree WHERE event = 'verification:answer') e
FULL JOIN (SELECT * FROM verification WHERE mandat_id IS NOT NULL) v ON v.id = ($FACTS ->> 'verification')::uuid
LEFT JOIN mandat m ON m.id = e.subject_id
WHERE CASE WHEN v.id IS NULL THEN m.id IS NOT NULL AND to_jsonb(m) ->> 'erased_at' IS NULL
           ELSE e.id IS NULL OR v.mandat_id <> e.subject_id OR v.answer <> $FACTS ->> 'answer'
             OR v.demarche <> $FACTS ->> 'demarche' OR v.authenticated <> ($FACTS ->> 'authenticated')::boolean END
""",
    ),
    Comparison(
        "paper {}: its bytes are not those whose SHA-256 is kept",
        """
SELECT coalesce((SELECT e.id FROM journal_entree e WHERE e.subject_id = d.mandat_id AND e.event LIKE 'document:%'
                 ORDER BY e.id DESC LIMIT 1), 0), d.id::text
FROM document d WHERE length(d.content) > 0 AND encode(sha256(d.content), 'hex') <> d.sha256
""",
    ),
    Comparison(
        "paper {}: no entry tells its SHA-256",
        """$SIGNED
SELECT s.entry, d.id::text FROM document d JOIN signed s ON s.subject_id = d.mandat_id
WHERE d.kind IN ('mandat', 'scan', 'exemplaire', 'attestation_fin') AND NOT EXISTS (
    SELECT FROM journal_entree e WHERE e.subject_id IN (s.subject_id, (s.facts ->> 'brouillon')::uuid)
    AND d.sha256 IN ($FACTS ->> 'sha256', $FACTS ->> 'proof_sha256'))
""",
    ),
    Comparison(
        "mandat {}: a code stands that no entry tells",
        """
SELECT coalesce((SELECT max(e.id) FROM journal_entree e WHERE e.subject_id = m.id
                 AND e.event IN ('volet:print', 'code:renew', 'code:cancel')), 0), m.reference
FROM code_usager c JOIN mandat m ON m.id = c.mandat_id WHERE c.ended_at IS NULL AND NOT EXISTS (
    SELECT FROM journal_entree e WHERE e.subject_id = m.id AND e.at = date_trunc('second', c.created_at)
    AND (e.event = 'volet:print' OR e.event = 'code:renew' AND c.kind = 'verification'))
""",
    ),
    Comparison(
        "credential of mandat {}: its place is not the one that was journaled",
        """
SELECT coalesce(e.id, 0), coalesce($FACTS ->> 'mandat', t.mandat_id::text)
FROM (SELECT * FROM journal_entree WHERE event = 'titre:issue') e
FULL JOIN titre t ON t.mandat_id = ($FACTS ->> 'mandat')::uuid
WHERE ($FACTS ->> 'place') IS DISTINCT FROM t.status_list || '/' || t.status_index
""",
    ),
    Comparison(
        "mandat {}: a code that was cancelled stands again",
        """
SELECT e.id, m.reference FROM journal_entree e JOIN mandat m ON m.id = e.subject_id
JOIN code_usager c ON c.mandat_id = m.id AND c.kind = 'verification' AND c.ended_at IS NULL
WHERE e.event = 'code:cancel' AND c.created_at < e.at
""",
    ),
    *(Comparison(why, statement) for why, statement in (*SCHEME, *ACTIVITY, *ROLES)),
)


def register_faults() -> Iterator[Break]:
    """Yield each disagreement between the journal and the register, comparison by comparison."""
    with connection.cursor() as cursor:
        for comparison in COMPARISONS:
            cursor.execute(Template(comparison.statement).substitute(_WORDS))
            for number, what in sorted(cursor.fetchall()):
                yield Break(number, comparison.why.format(what))
