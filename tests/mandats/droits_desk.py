"""A request about the rights of a person."""

from typing import Any

from aidants.comptes.models import Fonction
from aidants.domain.acteur import Acteur, Kind
from mandats.domain.droits import Droit
from mandats.droits import demandes
from mandats.droits.models import Demande
from mandats.registre.models import Mandat
from tests import builders
from tests.builders import NOW

BY_LETTER: dict[str, Any] = {"origin": "courrier", "proof": "piece", "received_on": NOW.date()}


def officer(role: str = "administrateur") -> Acteur:
    made = builders.compte()
    Fonction.objects.create(compte=made, role=role)
    return Acteur(Kind.COMPTE, made.id, None, role)


def asked(mandat: Mandat, kind: Droit, by: Acteur | None = None, now: Any = NOW, **fields: Any) -> Demande:
    made = demandes.ask(mandat.usager_id, kind, by or officer(), now=now, **BY_LETTER | fields)
    assert isinstance(made, Demande), made
    return made
