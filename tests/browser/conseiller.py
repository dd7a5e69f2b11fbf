"""What a conseiller does at the desk, told as acts.  Each act ends on the page that follows, seen and inspected."""

from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from deploy.demo.sites import Sites
from mandats.registre.models import Mandat
from tests import builders
from tests.browser.visitor import Visitor


class Conseiller:
    """One conseiller of one structure, in front of the visitor's window."""

    def __init__(self, visitor: Visitor, sites: Sites, compte: Compte, place: Structure) -> None:
        self.visitor = visitor
        self.sites = sites
        self.compte = compte
        self.place = place

    def types_credentials(self) -> None:
        """Fill the sign-in page, whoever asked for it."""
        at = self.visitor
        at.see("Connexion")
        at.write("Adresse électronique", self.compte.email)
        at.write("Mot de passe", builders.PASSWORD)
        at.write("Code", builders.totp_code(self.compte))
        at.press("Se connecter")

    def has_concluded(self, *demarches: str, usager: str) -> Mandat:
        """Have, without the screens, a mandat of this usager of the simulated FranceConnect."""
        from deploy.demo.data.mandats import demo_identite

        identite, now = demo_identite(usager), timezone.now()
        return builders.mandat(self.compte, self.place, identite, now=now, demarches=demarches, duree="J31")

    def picks(self, name: str, demarche: str, site: str) -> None:
        """Choose, on the page that a site asked for, who and what for."""
        at = self.visitor
        at.see("Pour qui agissez-vous")
        at.tick(f"{name} – {demarche}")
        at.press(f"Continuer vers {site}")
