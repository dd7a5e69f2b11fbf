"""The accueil of the service at work: a telephone call, the post."""

import re
from pathlib import Path

from aidants.comptes.models import Compte, Fonction
from aidants.domain.roles import Role
from deploy.demo.sites import Sites
from tests import builders
from tests.browser.visitor import Visitor


class Accueil:
    """A person who answers the telephone of the service."""

    def __init__(self, visitor: Visitor, sites: Sites) -> None:
        self.visitor = visitor
        self.sites = sites
        self.compte: Compte = builders.compte(given_name="Yann", family_name="Le Goff")
        Fonction.objects.create(compte=self.compte, role=Role.ACCUEIL)

    def signs_in(self) -> None:
        """Sign in, and open the accueil from the first page."""
        at = self.visitor
        at.open(f"{self.sites.service}/accueil")
        at.write("Adresse électronique", self.compte.email)
        at.write("Mot de passe", builders.PASSWORD)
        at.write("Code à 6 chiffres", builders.totp_code(self.compte))
        at.press("Se connecter")
        at.see("Bonjour")
        at.follow(re.compile(r"^Ouvrir\s*: Accueil téléphonique"))
        at.see("Une personne téléphone")

    def finds(self, family_name: str, born: tuple[str, str, str], structure: str) -> None:
        """Type what the person says."""
        at = self.visitor
        at.write("Nom de naissance", family_name)
        for label, text in zip(("Jour", "Mois", "Année"), born, strict=True):
            at.write(label, text)
        at.write("Structure qui aide la personne", structure)
        at.press("Chercher")
        at.see("Une personne téléphone")

    def suspends(self, reference: str) -> None:
        """Stop one mandat for the time being."""
        at = self.visitor
        at.press(f"Suspendre le mandat {reference}")
        at.hear("Suspendu")
        at.see("Une personne téléphone")

    def prints_and_posts(self, name: str) -> tuple[bytes, bytes]:
        """Print the letter of a person and the form that goes with it, then say that they were posted."""
        at = self.visitor
        at.follow("Lettres à poster")
        at.see("Lettres à poster")
        letter = at.take(at.link(f"Imprimer la lettre de {name}"))
        form = at.take(at.link("formulaire d’arrêt"))
        at.press(f"Posté : {name}")
        at.hear("C’est noté")
        at.read_nowhere(name)
        at.follow("Accueil téléphonique")
        at.see("Une personne téléphone")
        return letter, form

    def enters_form(self, reference: str, scan: Path) -> None:
        """Enter the form that came by post: it ends the mandat for good."""
        at = self.visitor
        at.follow("Formulaire reçu par la poste")
        at.see("Formulaire d’arrêt reçu")
        at.write("Référence du mandat", reference)
        at.hand_over("Formulaire signé", scan)
        at.write("Code à 6 chiffres", builders.totp_code(self.compte))
        at.press("Arrêter ce mandat")
        at.hear("Le mandat est arrêté")
        at.see("Une personne téléphone")
