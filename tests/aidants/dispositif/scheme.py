"""The smallest rows of the scheme that a test needs, beside :mod:`tests.builders`."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.models import (
    AvisPrefet,
    Campagne,
    Candidat,
    Candidature,
    Comite,
    Contrat,
    MiseEnRelation,
    PassageEnComite,
    Poste,
    Quota,
)
from aidants.structures.models import Affectation, Structure
from tests import builders, together


def quota(posts: int = 10, departement: str = "05", reseau: str = "") -> Quota:
    """Return the quota of a department, or of a network, with at least this many posts."""
    made, _ = Quota.objects.get_or_create(departement=departement, reseau=reseau, defaults={"posts": posts})
    return made


def poste(place: Structure, of: Quota | None = None, **fields: Any) -> Poste:
    """Return a post of a structure, outside any application."""
    given = {"departement": "05", "bareme": "forfait_public", "created_at": builders.NOW} | fields
    return Poste.objects.create(structure=place, quota=of or quota(), **given)


def candidat(**fields: Any) -> Candidat:
    """Return a person of the pool, in Gap, free since long ago."""
    given = {
        "email": f"{uuid.uuid4().hex[:12]}@example.org",
        "given_name": "Lina",
        "family_name": "Arnaud",
        "situation": "demandeur",
        "skills": ["accompagner"],
        "city": "Gap",
        "insee_code": "05061",
        "departement": "05",
        "latitude": 44.5587,
        "longitude": 6.0785,
        "distance_km": 40,
        "free_on": date(2026, 1, 1),
        "created_at": builders.NOW,
        "updated_at": builders.NOW,
        "published_at": builders.NOW,
    } | fields
    return Candidat.objects.create(**given)


def relation(
    place: Structure, who: Candidat | None = None, state: str = "nouvelle", on: Poste | None = None
) -> MiseEnRelation:
    """Return a meeting of a structure and a person of the pool."""
    now = builders.NOW
    return MiseEnRelation.objects.create(
        structure=place, candidat=who or candidat(), poste=on, state=state, created_at=now, updated_at=now
    )


def contrat(place: Structure, who: Compte | None = None, on: Poste | None = None, **fields: Any) -> Contrat:
    """Return a standing contract of two years, with the recruitment that it comes from."""
    post = on or poste(place)
    given = {
        "kind": "cdd",
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2028, 9, 30),
        "gross_monthly": 180000,
        "cost_monthly": 250000,
        "granted": 5000000,
        "created_at": builders.NOW,
    } | fields
    return Contrat.objects.create(
        compte=who or builders.compte(),
        structure=place,
        poste=post,
        mise_en_relation=relation(place, state="finalisee", on=post),
        **given,
    )


def candidature(**fields: Any) -> Candidature:
    """Return an application submitted to the first call, from Gap."""
    given = {
        "email": f"{uuid.uuid4().hex[:12]}@example.org",
        "given_name": "Agnès",
        "family_name": "Meyer",
        "kind": "collectivite",
        "siret": "21050061400016",
        "name": "Ville d’essai",
        "street": "1 place de la Mairie",
        "postcode": "05000",
        "city": "Gap",
        "insee_code": "05061",
        "departement": "05",
        "posts_asked": 2,
        "project": "Accueillir et accompagner.",
        "state": "deposee",
        "campagne": Campagne.objects.order_by("opens_on", "label").filter(bareme="forfait_public").first(),
        "created_at": builders.NOW,
        "updated_at": builders.NOW,
        "submitted_at": builders.NOW,
    } | fields
    return Candidature.objects.create(**given)


def holder(role: str, departement: str = "") -> Compte:
    """Return somebody who holds a national role."""
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role, departement=departement)
    return who


def referent(place: Structure) -> Compte:
    """Return a referent of a structure."""
    who = builders.compte()
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    return who


def reviewed(sens: str = "favorable", **fields: Any) -> Candidature:
    """Return an application whose opinion is known, or awaited when ``sens`` is empty."""
    made = candidature(**fields)
    by = {"given_by": holder("prefecture", made.departement)} if sens not in {"", "sans_avis"} else {}
    AvisPrefet.objects.create(
        candidature=made,
        departement=made.departement,
        asked_at=builders.NOW,
        due_at=builders.NOW + timedelta(days=15),
        sens=sens,
        given_at=builders.NOW if sens else None,
        **by,
    )
    return made


def passage(of: Candidature, day: date = date(2026, 12, 3)) -> PassageEnComite:
    """Return the application on the agenda of a committee."""
    who = holder("instructeur")
    comite, _ = Comite.objects.get_or_create(held_on=day, defaults={"created_by": who, "created_at": builders.NOW})
    rank = comite.passages.count() + 1
    return PassageEnComite.objects.create(comite=comite, candidature=of, rank=rank)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts together; what a constraint of the database stopped gave its refusal."""
    return together.at_once(*acts, refused=IntegrityError)
