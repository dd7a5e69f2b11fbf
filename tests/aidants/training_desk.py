"""A training body, its agent and a conseiller to be trained: what the tests of training stand on."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import (
    Certification,
    Inscription,
    MembreOrganisme,
    Organisme,
    Parcours,
    SessionFormation,
)
from aidants.domain.activite.formation import FIGURES, Cadre
from aidants.structures.models import Affectation, Structure
from tests import builders


@dataclass
class TrainingDesk:
    """``who`` is a conseiller without training in ``place``; ``agent`` marks for ``body``."""

    place: Structure
    who: Compte
    body: Organisme
    agent: Compte

    @property
    def client(self) -> Client:
        """The body's browser."""
        return builders.signed_in(self.agent)

    def session(
        self, cadre: str = "conseiller", days_ago: int = 20, places: int = 12, **fields: object
    ) -> SessionFormation:
        """A session of the body, in Gap, that began some days ago."""
        today = timezone.localdate()
        given: dict[str, object] = {
            "cadre": cadre,
            "city": "Gap",
            "insee_code": "05061",
            "departement": "05",
            "starts_on": today - timedelta(days=days_ago),
            "ends_on": today + timedelta(days=30),
            "places": places,
            "created_at": timezone.now(),
        } | fields
        return SessionFormation.objects.create(organisme=self.body, **given)

    def inscribed(self, session: SessionFormation, who: Compte | None = None) -> Inscription:
        """Somebody's place in a session."""
        return Inscription.objects.create(
            session=session, compte=who or self.who, cadre=session.cadre, created_at=timezone.now()
        )

    def trained(self, who: Compte | None = None, cadre: Cadre = Cadre.CONSEILLER) -> Parcours:
        """Let somebody have done the training a month ago."""
        day = timezone.localdate() - timedelta(days=30)
        given = {"half_days": FIGURES.owed(cadre), "started_on": day, "completed_on": day}
        return Parcours.objects.create(compte=who or self.who, cadre=cadre, **given)


def last_weekday() -> date:
    """Return today, or the last day that is no weekend."""
    day = timezone.localdate()
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def untrained(place: Structure, *, is_conseiller: bool = True) -> Compte:
    """Return an aidant of a structure who has everything still to do."""
    made = builders.compte()
    Affectation.objects.create(
        compte=made, structure=place, is_aidant=True, is_conseiller=is_conseiller, started_at=builders.NOW
    )
    return made


def agent_of(body: Organisme) -> Compte:
    """Return an agent of a training body."""
    made = builders.compte()
    Fonction.objects.create(compte=made, role="organisme")
    MembreOrganisme.objects.create(organisme=body, compte=made, started_at=builders.NOW)
    return made


def organisme(name: str = "Greta des Alpes", siret: str = "99999940200004") -> Organisme:
    """Return an approved body."""
    given = {"siret": siret, "departement": "05", "city": "Gap"}
    return Organisme.objects.create(name=name, approved_at=builders.NOW, **given)


def desk() -> TrainingDesk:
    """Return the whole."""
    place, body = builders.structure(city="Gap", insee_code="05061", postcode="05000"), organisme()
    return TrainingDesk(place, untrained(place), body, agent_of(body))


def certified(who: Compte) -> Certification:
    """Give somebody a certificate that stands."""
    day = timezone.localdate()
    return Certification.objects.create(
        compte=who, obtained=True, obtained_on=day, source="saisie", written_at=timezone.now()
    )
