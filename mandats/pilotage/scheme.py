"""Figures of the scheme, in a few statements each: posts against quotas, the milestone, training, money, delays.

Everything is counted when it is asked: the tables are small (thousands of rows).  Nobody is named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Posts:
    """One department, or one network: what it may be given, what was given, who is at work."""

    key: str
    quota: int
    retained: int
    at_work: int

    @property
    def percent(self) -> int:
        """Return the posts filled in a hundredth of the quota."""
        return round(100 * self.at_work / self.quota) if self.quota else 0


@dataclass(frozen=True, slots=True)
class National:
    """The figures of the call: DOMAIN §5's 4 000, its milestone and who was at work that day."""

    total: int
    recruited: int
    at_work: int
    milestone: int
    milestone_on: date
    at_milestone: int


@dataclass(frozen=True, slots=True)
class People:
    """Conseillers at work: how many, how many trained, how many certified, how many who may conclude mandats."""

    conseillers: int
    trained: int
    certified: int


@dataclass(frozen=True, slots=True)
class Money:
    """Cents: committed (what a rupture took away left out), paid; the budget as published, and its parts."""

    committed: int
    paid: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way, and the median of the days that it took; ``None`` when nobody has taken it."""

    title: str
    days: int | None
    count: int


PUBLISHED_BUDGET = 250_000_000
BUDGET_PARTS = (("Postes", 200_000_000), ("Kits", 40_000_000), ("Aidants Connect", 5_000_000))
"""Euros, as published: the parts add up to 245 M€.  Both are shown, neither is corrected (DOMAIN §5)."""

DIGITALLY_FAR = 13_000_000
"""People far from digital services, whom the scheme is for (DOMAIN §1)."""

# What belongs to one person is looked up person by person, by an index: the same few milliseconds whatever PostgreSQL
# knows of the tables.  Joined, it took seconds: before their first statistics, and wherever a prefix that everything
# begins with made it expect a handful of rows.  ``$HERE(column)`` is a department's prefix, or nothing for the nation.
_POSTS = """
SELECT coalesce(nullif(q.departement, ''), q.reseau), q.posts, q.retained,
       (SELECT count(*) FROM poste p WHERE p.quota_id = q.id AND p.withdrawn_at IS NULL AND EXISTS (
           SELECT FROM contrat c WHERE c.poste_id = p.id AND c.ended_on IS NULL AND c.starts_on <= %(today)s
               AND (c.ends_on IS NULL OR c.ends_on >= %(today)s)))
FROM quota q ORDER BY q.departement = '', 1
"""
_NETWORKS = """
SELECT q.reseau, count(DISTINCT p.id), count(DISTINCT p.id), count(c.id)
FROM poste p JOIN quota q ON q.id = p.quota_id
LEFT JOIN contrat c ON c.poste_id = p.id AND c.ended_on IS NULL AND c.starts_on <= %(today)s
    AND (c.ends_on IS NULL OR c.ends_on >= %(today)s)
WHERE q.reseau <> '' AND p.withdrawn_at IS NULL AND p.departement = %(departement)s GROUP BY q.reseau ORDER BY q.reseau
"""
_NATIONAL = """
SELECT e.total, e.recruited, count(c.id) FILTER (WHERE c.ended_on IS NULL AND c.starts_on <= %(today)s
           AND (c.ends_on IS NULL OR c.ends_on >= %(today)s)),
       e.milestone, e.milestone_on,
       count(c.id) FILTER (WHERE c.starts_on <= e.milestone_on AND (c.ended_on IS NULL OR c.ended_on > e.milestone_on))
FROM enveloppe e LEFT JOIN contrat c ON true GROUP BY e.id
"""
_PEOPLE = """
SELECT count(*),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM parcours_formation t
           WHERE t.compte_id = a.compte_id AND t.cadre = 'conseiller' AND t.completed_on IS NOT NULL)),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM certification k WHERE k.compte_id = a.compte_id AND k.obtained AND k.withdrawn_at IS NULL))
FROM affectation a JOIN structure s ON s.id = a.structure_id
WHERE a.ended_at IS NULL AND a.is_conseiller AND $HERE(s.insee_code)
"""
_MONEY = """
SELECT coalesce(sum(coalesce(c.earned, c.granted)), 0),
       coalesce((SELECT sum(v.amount) FROM versement v JOIN contrat d ON d.id = v.contrat_id
                 JOIN poste q ON q.id = d.poste_id
                 WHERE v.paid_at IS NOT NULL AND $HERE(q.departement)), 0)
FROM contrat c JOIN poste p ON p.id = c.poste_id WHERE $HERE(p.departement)
"""
_STEPS = (
    ("De la candidature à l’avis du préfet", "avis"),
    ("De la candidature à la décision du comité", "comite"),
    ("De la décision au contrat", "contrat"),
    ("Du contrat à la fin de la formation", "formation"),
    ("De la formation à la certification", "certification"),
    ("De la certification au premier mandat", "mandat"),
)
_DAYS = """
WITH chain AS (
    SELECT d.submitted_at::date AS submitted, d.decided_at::date AS decided,
           (SELECT v.given_at::date FROM avis_prefet v WHERE v.candidature_id = d.id) AS advised
    FROM candidature d WHERE d.submitted_at IS NOT NULL AND $HERE(d.departement)
), hired AS (
    SELECT c.compte_id, c.created_at::date AS signed, c.starts_on,
           (SELECT d.decided_at::date FROM candidature d WHERE d.id = p.candidature_id) AS decided
    FROM contrat c JOIN poste p ON p.id = c.poste_id WHERE $HERE(p.departement)
), taught AS (
    SELECT h.starts_on,
           (SELECT f.completed_on FROM parcours_formation f
            WHERE f.compte_id = h.compte_id AND f.cadre = 'conseiller') AS completed_on,
           (SELECT k.obtained_on FROM certification k
            WHERE k.compte_id = h.compte_id AND k.obtained AND k.withdrawn_at IS NULL) AS obtained_on,
           (SELECT m.accepted_at::date FROM mandat m
            WHERE m.aidant_id = h.compte_id ORDER BY m.accepted_at LIMIT 1) AS concluded
    FROM hired h
), days AS (
    SELECT 'avis' AS step, advised - submitted AS days FROM chain WHERE advised IS NOT NULL
    UNION ALL SELECT 'comite', decided - submitted FROM chain WHERE decided IS NOT NULL
    UNION ALL SELECT 'contrat', signed - decided FROM hired WHERE decided IS NOT NULL
    UNION ALL SELECT 'formation', completed_on - starts_on FROM taught WHERE completed_on >= starts_on
    UNION ALL SELECT 'certification', obtained_on - completed_on FROM taught WHERE obtained_on >= completed_on
    UNION ALL SELECT 'mandat', concluded - obtained_on FROM taught WHERE concluded >= obtained_on
)
SELECT step, percentile_disc(0.5) WITHIN GROUP (ORDER BY days), count(*) FROM days GROUP BY step
"""


def _ask(statement: str, given: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def _ask_of(statement: str, departement: str) -> Sequence[tuple[Any, ...]]:
    """Ask of one department, or of all."""
    here = r"starts_with(\1, %(departement)s)" if departement else "true"
    return _ask(re.sub(r"\$HERE\(([a-z_.]+)\)", here, statement), {"departement": departement})


def posts(today: date) -> list[Posts]:
    """Return posts filled against quotas, departments by code, then networks."""
    return [Posts(*row) for row in _ask(_POSTS, {"today": today})]


def networks_in(departement: str, today: date) -> list[Posts]:
    """Return the posts that large networks were given and hold in a department, beside its own quota."""
    return [Posts(*row) for row in _ask(_NETWORKS, {"today": today, "departement": departement})]


def national(today: date) -> National | None:
    """Return the figures of the call; ``None`` before its parameters stand."""
    rows = _ask(_NATIONAL, {"today": today})
    return National(*rows[0]) if rows else None


def people(departement: str = "") -> People:
    """Return who is at work, trained, certified: in a department, or everywhere."""
    return People(*_ask_of(_PEOPLE, departement)[0])


def money(departement: str = "") -> Money:
    """Return what was committed and paid: in a department, or everywhere."""
    return Money(*map(int, _ask_of(_MONEY, departement)[0]))


def steps(departement: str = "") -> list[Step]:
    """Return the median days of each step of the way."""
    found = {name: (days, count) for name, days, count in _ask_of(_DAYS, departement)}
    return [Step(title, *found.get(name, (None, 0))) for title, name in _STEPS]
