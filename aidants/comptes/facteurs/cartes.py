"""Hardware cards: imported with their sealed seeds, paired with a person, validated by a first code, dissociated."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs.changes import LABELS, refuse_change
from aidants.comptes.facteurs.codes import FactorGiven, accepts
from aidants.comptes.facteurs.models import Carte, Generateur
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.cartes import Erreur, parse_cards
from aidants.domain.decisions import Denied
from aidants.domain.errors import CARD_NOT_PAIRED
from aidants.domain.events import CARD_DISSOCIATE, CARD_PAIR, CARDS_IMPORT, FACTOR_ADD
from aidants.domain.facteurs import Famille
from aidants.domain.vault import seal
from aidants.journal.record import record

MOTIFS = {
    "perdue": "Perdue ou volée",
    "panne": "En panne, ou plus jamais à l’heure",
    "rendue": "Rendue par la personne",
    "erreur": "Attribuée par erreur",
}


def import_cards(text: str, acteur: Acteur, now: datetime) -> int | list[Erreur]:
    """Keep every card of a maker's file, or none of them and all that is wrong with it."""
    rows, errors = parse_cards(text)
    known = Carte.objects.filter(serial__in=[row.serial for row in rows]).order_by("serial")
    errors += [Erreur(0, f"la carte {serial} est déjà connue") for serial in known.values_list("serial", flat=True)]
    if errors:
        return errors
    with transaction.atomic():
        Carte.objects.bulk_create(
            Carte(
                serial=row.serial,
                sealed_seed=seal(row.seed, settings.VAULT_KEYS),
                digits=row.digits,
                imported_at=now,
            )
            for row in rows
        )
        record(CARDS_IMPORT, acteur=acteur, at=now, facts={"count": len(rows)})
    return len(rows)


def pair_card(compte: Compte, serial: str, code: str, acteur: Acteur, now: datetime) -> FactorGiven | Denied:
    """Pair a card with the person who holds it, validated by the code that it shows now.

    An unknown card, one of somebody else's and a wrong code are refused alike.
    """
    with transaction.atomic():
        free = Carte.objects.select_for_update(of=("self",)).filter(serial=serial.strip().upper())
        carte = free.filter(generateur__isnull=True).first()
        if carte is None:
            return refuse_change(compte, Famille.CARTE, CARD_NOT_PAIRED, acteur, now)
        made = Generateur.objects.create(
            user=compte,
            name=f"Carte {carte.serial[-4:]}",
            kind=Famille.CARTE,
            carte=carte,
            created_at=now,
            confirmed=True,
        )
        if not accepts(made, code.strip().replace(" ", ""), now):
            made.delete()
            return refuse_change(compte, Famille.CARTE, CARD_NOT_PAIRED, acteur, now)
        record(CARD_PAIR, acteur=acteur, at=now, subject=compte.id)
        record(FACTOR_ADD, acteur=acteur, at=now, subject=compte.id, facts={"factor": Famille.CARTE.value})
        tell(compte, Avis.FACTEUR_AJOUTE, now, label=LABELS[Famille.CARTE], factor_name=made.name)
    return FactorGiven(made, Famille.CARTE)


def dissociate(serial: str, motif: str, acteur: Acteur, now: datetime) -> Compte | None:
    """Take a card away from whoever holds it, for a reason of :data:`MOTIFS`; return the person, who is told.

    Unlike a person's own removal, this may take the last way in: the card is lost, or is not theirs.  Recovery remains.
    """
    with transaction.atomic():
        rows = Generateur.objects.select_for_update(of=("self",)).select_related("user", "carte")
        held = rows.filter(carte__serial=serial.strip().upper()).first()
        if held is None:
            return None
        compte: Compte = held.user
        name = held.name
        held.delete()
        record(CARD_DISSOCIATE, acteur=acteur, at=now, subject=compte.id, facts={"motif": motif})
        tell(compte, Avis.FACTEUR_RETIRE, now, label=LABELS[Famille.CARTE], factor_name=name)
    return compte


@dataclass(frozen=True, slots=True)
class Stock:
    """How many cards there are: ``held`` by somebody, ``free`` to be paired."""

    held: int
    free: int


def stock() -> Stock:
    """Count the cards."""
    counted = Carte.objects.aggregate(all=Count("id"), held=Count("generateur"))
    return Stock(counted["held"], counted["all"] - counted["held"])
