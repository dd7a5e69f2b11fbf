"""Somebody who answers for others: a referent, or who holds a national role."""

import re
import time

from aidants.comptes.models import Compte, Fonction
from aidants.comptes.sessions.models import SessionOuverte
from aidants.comptes.sessions.store import SessionStore
from aidants.domain.siret import is_siret
from tests import builders
from tests.browser.visitor import Visitor


class Officer:
    """One of them, at a window of their own."""

    def __init__(self, visitor: Visitor, origin: str, compte: Compte) -> None:
        self.at, self.origin, self.compte = visitor, origin, compte

    def signs_in(self, where: str, heading: str) -> None:
        """Go to a page, and prove who they are on the way."""
        self.at.open(f"{self.origin}{where}")
        self.at.see("Connexion")
        self.at.write("Adresse électronique", self.compte.email)
        self.at.write("Mot de passe", builders.PASSWORD)
        self.at.write("Code à 6 chiffres", builders.totp_code(self.compte))
        self.at.press("Se connecter")
        self.at.see(heading)

    def gives_code(self, button: str) -> None:
        """Type the code of now and press the button."""
        self.at.write("Code à 6 chiffres", builders.totp_code(self.compte))
        self.at.press(button)

    def lets_factor_age(self) -> None:
        """Let twenty minutes of work go by since the last code."""
        session = SessionStore(SessionOuverte.objects.get(compte=self.compte).session_key)
        session["second_factor_at"] = int(time.time()) - 20 * 60
        session.save()

    def opens(self, door: str, heading: str) -> None:
        """Open a page from the home page, by the door of this name."""
        self.at.open(f"{self.origin}/accueil")
        self.at.follow(re.compile(rf"^Ouvrir\s*: {re.escape(door)}"))
        self.at.see(heading)


def holder(role: str, given_name: str, family_name: str, departement: str = "") -> Compte:
    """Return somebody who holds a national role."""
    who = builders.compte(given_name=given_name, family_name=family_name)
    Fonction.objects.create(compte=who, role=role, departement=departement)
    return who


def siret_like(number: int) -> str:
    """Return a SIRET of a company that does not exist, unlike those of other runs."""
    start = f"9999997{number % 100:02d}{number // 100 % 1000:03d}"
    return next(text for text in (f"{start}{end:02d}" for end in range(100)) if is_siret(text))
