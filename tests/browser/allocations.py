"""The simulated administration and the simulated FranceConnect, as somebody in front of them uses them."""

from deploy.demo.sites import ADMINISTRATION, Sites
from tests.browser.papers import Volet
from tests.browser.visitor import Visitor


class Allocations:
    """« Allocations de démonstration »."""

    name = ADMINISTRATION

    def __init__(self, visitor: Visitor, sites: Sites) -> None:
        self.visitor = visitor
        self.sites = sites

    def open_for_aidants(self) -> None:
        """Ask for the direct connection of an aidant."""
        self.visitor.open(self.sites.administration)
        self.visitor.see("Demandez une allocation")
        self.visitor.follow("Connexion directe d’un aidant")

    def open_by_franceconnect(self) -> None:
        """Ask for FranceConnect."""
        self.visitor.open(self.sites.administration)
        self.visitor.see("Demandez une allocation")
        self.visitor.follow("S’identifier avec FranceConnect")

    def leaves_for_aidants_connect(self) -> None:
        """Choose, at FranceConnect, to act for somebody."""
        self.visitor.see("Choisissez un compte")
        self.visitor.press("Utiliser Aidants Connect")

    def shows_dossier_of(self, name: str) -> None:
        """See the file of this person."""
        self.visitor.see(f"Dossier de {name}")

    def asks_whether_mandat_stands(self) -> str:
        """Ask by introspection; return the answer shown."""
        self.visitor.press("Vérifier que le mandat tient toujours")
        answer = self.visitor.page.locator("#reponse")
        answer.wait_for()
        self.visitor.see("Dossier de")
        return answer.inner_text()

    def learns_that_it_is_over(self) -> None:
        """Look at the file again until it is closed: the service tells the site by itself."""
        at = self.visitor
        over = at.page.get_by_role("heading", name="Visite terminée")
        for _ in range(100):
            at.open(f"{self.sites.administration}/dossier")
            if over.count():
                break
            at.page.wait_for_timeout(200)
        at.see("Visite terminée")

    def verifies(self, volet: Volet, *, family_name: str, birthdate: str, demarche: str) -> str:
        """Ask at its own counter, by the service's API; return the answer, its receipt checked."""
        at = self.visitor
        at.open(f"{self.sites.administration}/mandats/verifier")
        at.see("Vérifier un mandat")
        at.write("Référence du mandat", volet.reference)
        at.write("Code de vérification", volet.verification)
        at.write("Nom de naissance", family_name)
        at.write("Date de naissance", birthdate)
        at.choose("Démarche", demarche)
        at.press("Vérifier")
        answer = at.page.locator("#reponse")
        answer.wait_for()
        at.see("Vérifier un mandat")
        at.read("signature exacte")
        return answer.locator("h2").inner_text()

    def refuses(self) -> None:
        """Show that nobody is connected."""
        self.visitor.see("Vous n’êtes pas connecté")

    def signs_out(self) -> None:
        """Close the visit."""
        self.visitor.press("Se déconnecter")
        self.visitor.see("Vous êtes déconnecté")
