"""Structures and accounts of the demonstration."""

import os
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from aidants.comptes.facteurs.models import new_application
from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import Certification, Parcours
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.activite.formation import FIGURES, Cadre
from aidants.domain.events import HABILITATION_VALIDATE, ROLE_GRANT
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant, HabilitationStructure
from aidants.habilitation.textes import standing_conditions
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure

PASSWORD = "demonstration 2026"


@dataclass(frozen=True, slots=True)
class Place:
    """One structure: its row, as told to the builder."""

    key: str
    name: str
    siret: str
    kind: str
    street: str
    postcode: str
    city: str
    insee_code: str
    time_zone: str
    telephone: str
    email: str
    latitude: float
    longitude: float


PLACES = (
    Place(
        "ccas", "CCAS de Démonstration", "99999910500011", "CCAS ou CIAS",
        "1 place de la Mairie", "05000", "Gap", "05061", "Europe/Paris", "+33499990001",
        "accueil@ccas.example", 44.5594, 6.0786,
    ),
    Place(
        "france-services", "France Services de la Vallée", "99999920400012", "France Services",
        "12 rue du Pont", "05100", "Briançon", "05023", "Europe/Paris", "+33499990002",
        "accueil@vallee.example", 44.8983, 6.6432,
    ),
    Place(
        "reunion", "Médiathèque de Saint-Denis", "99999930300012", "Bibliothèque ou médiathèque",
        "1 rue Jean-Chatel", "97400", "Saint-Denis", "97411", "Indian/Reunion", "+262269990003",
        "accueil@reunion.example", -20.8789, 55.4481,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One account: where it acts and as what."""

    email: str
    given_name: str
    family_name: str
    profession: str
    place: str = ""
    aidant: bool = False
    referent: bool = False
    conseiller: bool = False
    role: str = ""
    departement: str = ""


PEOPLE = (
    Person("nadia@ccas.example", "Nadia", "Benali", "Conseillère numérique", "ccas", True, False, True),
    Person("thomas@ccas.example", "Thomas", "Giraud", "Agent d’accueil", "ccas", True),
    Person("sylvie@ccas.example", "Sylvie", "Faure", "Directrice", "ccas", True, True),
    Person("rachid@ccas.example", "Rachid", "Amrani", "Directeur adjoint", "ccas", False, True),
    Person(
        "hugo@vallee.example",
        "Hugo",
        "Marchetti",
        "Conseiller numérique",
        "france-services",
        True,
        False,
        True,
    ),
    Person("claire@vallee.example", "Claire", "Petitjean", "Agente France Services", "france-services", True),
    Person("odile@vallee.example", "Odile", "Rambaud", "Cheffe de service", "france-services", False, True),
    Person("anais@reunion.example", "Anaïs", "Payet", "Bibliothécaire", "reunion", True, False, True),
    Person("lea@vallee.example", "Léa", "Fontaine", "Conseillère numérique", "france-services", True, False, True),
    Person("formation@greta.example", "Marc", "Allard", "Formateur", role="organisme"),
    Person("instructeur@anct.example", "Paul", "Verdier", "Instructeur", role="instructeur"),
    Person("prefecture@hautes-alpes.example", "Hélène", "Aubert", "Déléguée", role="prefecture", departement="05"),
    Person("operateur@banque.example", "Karim", "Ollivier", "Chargé d’opérations", role="operateur"),
    Person("accueil@mandats.example", "Yann", "Le Goff", "Agent d’accueil", role="accueil"),
    Person("admin@mandats.example", "Inès", "Laurent", "Administratrice", role="administrateur"),
    Person("admin2@mandats.example", "Denis", "Morel", "Administrateur", role="administrateur"),
)


def load_places(now: datetime) -> dict[str, Structure]:
    """Create the three structures with their habilitation."""
    found = {}
    for place in PLACES:
        fields = {name: getattr(place, name) for name in Place.__dataclass_fields__ if name != "key"}
        with transaction.atomic():
            structure = Structure.objects.create(**fields, created_at=now)
            HabilitationStructure.objects.create(structure=structure, validee_at=now)
            record(HABILITATION_VALIDATE, acteur=SYSTEME, at=now, subject=structure.id, structure=structure.id)
        found[place.key] = structure
    return found


def load_people(places: dict[str, Structure], now: datetime) -> dict[str, Acteur]:
    """Create the accounts, each with the demonstration's password and a TOTP device; return the aidants."""
    return {person.email: _load(person, places, now) for person in PEOPLE}


@transaction.atomic
def _load(person: Person, places: dict[str, Structure], now: datetime) -> Acteur:
    compte = Compte.objects.create_compte(
        person.email,
        PASSWORD,
        given_name=person.given_name,
        family_name=person.family_name,
        profession=person.profession,
        created_at=now,
        # They were here yesterday, though their story began months ago: nobody is warned of an absence.
        last_login=timezone.now(),
    )
    new_application(compte, os.urandom(20), name="Application de démonstration", created_at=now, confirmed=True).save()
    if person.role:
        Fonction.objects.create(compte=compte, role=person.role, departement=person.departement)
        facts: dict[str, object] = {"roles": [person.role], "departement": person.departement}
        record(ROLE_GRANT, acteur=SYSTEME, at=now, subject=compte.id, facts=facts)
        return Acteur(Kind.COMPTE, compte.id, None, person.role)
    structure = places[person.place]
    affectation = Affectation.objects.create(
        compte=compte,
        structure=structure,
        is_aidant=person.aidant,
        is_referent=person.referent,
        is_conseiller=person.conseiller,
        statut="salarie" if person.conseiller else "agent_public" if person.aidant else "",
        started_at=now,
    )
    roles = [role for role, held in (("aidant", person.aidant), ("referent", person.referent)) if held]
    record(ROLE_GRANT, acteur=SYSTEME, at=now, subject=compte.id, structure=structure.id, facts={"roles": roles})
    if person.aidant:
        HabilitationAidant.objects.create(affectation=affectation, validee_at=now)
        record(HABILITATION_VALIDATE, acteur=SYSTEME, at=now, subject=compte.id, structure=structure.id)
        _trained(compte, Cadre.CONSEILLER if person.conseiller else Cadre.AIDANT, now)
    return Acteur(Kind.COMPTE, compte.id, structure.id, "aidant" if person.aidant else "referent")


def _trained(compte: Compte, cadre: Cadre, now: datetime) -> None:
    """Give the past of somebody who was able before the story began: training, certificate, terms accepted."""
    day, owed = now.date(), FIGURES.owed(cadre)
    Parcours.objects.create(
        compte=compte, cadre=cadre, half_days=owed, started_on=day, completed_on=day, source="reprise"
    )
    Certification.objects.create(compte=compte, obtained=True, obtained_on=day, source="reprise", written_at=now)
    terms = standing_conditions()
    AcceptationConditions.objects.create(
        compte=compte, version=terms.version, text_sha256=terms.sha256, accepted_at=now
    )
