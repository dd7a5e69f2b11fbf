"""An account of one's own: a hardware card paired, a password forgotten, and the way back by both."""

import secrets
import time

import pytest
from django.conf import settings
from django.utils import timezone
from django_otp.oath import hotp

from aidants.comptes.facteurs.models import Carte
from aidants.domain.vault import seal
from tests.browser.conseiller import Conseiller
from tests.browser.personne import letter, link_in
from tests.browser.visitor import KEYBOARD_BOTH, Visitor
from tests.stack import LiveStack

NEW_PASSWORD = "girafe marteau violet tempete"


class Card:
    """A card that shows a code each minute; the service knows its seed, and nobody else."""

    def __init__(self) -> None:
        self.seed, self.serial = secrets.token_bytes(20), f"CARTE-{time.monotonic_ns()}"
        sealed = seal(self.seed, settings.VAULT_KEYS)
        Carte.objects.create(serial=self.serial, sealed_seed=sealed, digits=6, imported_at=timezone.now())

    def shows(self, later: int = 0) -> str:
        """Return what the card shows ``later`` minutes from now."""
        return f"{hotp(self.seed, int(time.time()) // 60 + later):06d}"


def _pairs(conseiller: Conseiller, card: Card) -> None:
    at = conseiller.visitor
    at.follow("Mon compte")
    at.see("Mon compte")
    at.follow("Ajouter une carte")
    at.see("Confirmez que c’est vous")
    conseiller.gives_fresh_code("Continuer")
    at.see("Ajouter une carte")
    at.write("Numéro de la carte", card.serial)
    at.write("Code affiché par la carte", "000000")
    at.press("Enregistrer")
    at.see("Ajouter une carte")
    at.write("Numéro de la carte", card.serial)
    at.write("Code affiché par la carte", card.shows())
    at.press("Enregistrer")
    at.see("Mon compte")
    at.read(f"Carte {card.serial[-4:]}")


def _forgets(at: Visitor, stack: LiveStack, email: str, card: Card) -> None:
    at.follow("Mot de passe oublié")
    at.see("Mot de passe oublié")
    at.write("Adresse électronique", email)
    at.press("M’envoyer un lien")
    at.see("Mot de passe oublié")
    at.read("Si cette adresse a un compte")
    at.open(link_in(letter(at, stack.emails_folder, email, "Choisir un nouveau mot de passe")))
    at.see("Nouveau mot de passe")
    at.write("Nouveau mot de passe", "motdepasse1234")
    at.write("Code à 6 chiffres", "000000")
    at.press("Changer le mot de passe")
    at.see("Nouveau mot de passe")
    at.write("Nouveau mot de passe", NEW_PASSWORD)
    at.write("Code à 6 chiffres", card.shows(1))
    at.press("Changer le mot de passe")
    at.see("Connexion")


@pytest.mark.parametrize("way", [KEYBOARD_BOTH], indirect=True, ids=str)
def test_a_card_paired_and_a_password_forgotten(conseiller: Conseiller, stack: LiveStack) -> None:
    at, card = conseiller.visitor, Card()
    conseiller.signs_in()
    _pairs(conseiller, card)
    at.press("Se déconnecter")
    at.see("Que souhaitez-vous faire")
    at.follow("Se connecter")
    at.see("Connexion")
    _forgets(at, stack, conseiller.compte.email, card)
    at.write("Adresse électronique", conseiller.compte.email)
    at.write("Mot de passe", NEW_PASSWORD)
    conseiller.gives_fresh_code("Se connecter")
    at.see("Bonjour")
