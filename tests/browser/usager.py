"""What the usager does at home, with the sheet that was handed to them or with FranceConnect."""

from dataclasses import dataclass

from deploy.demo.sites import Sites
from tests.browser.papers import Volet
from tests.browser.visitor import Visitor


@dataclass(frozen=True)
class Dossier:
    """What a person's file says of them, in their own drawer or in an administration's: name, day, month and year."""

    family_name: str
    born: tuple[str, str, str]


class Usager:
    """A person who gave a mandat, in front of a window of their own."""

    def __init__(self, visitor: Visitor, sites: Sites, *, name: str, dossier: Dossier) -> None:
        self.visitor = visitor
        self.sites = sites
        self.name = name
        self.dossier = dossier

    def opens_their_page(self, volet: Volet) -> None:
        """Type the address of the sheet, then its reference and its revocation code, and the birth date."""
        at = self.visitor
        assert f"{self.sites.service}/usager" in volet.text.replace("\n", "")
        at.open(f"{self.sites.service}/usager")
        at.see("Voir ou arrêter mon mandat")
        at.write("Référence du mandat", volet.reference)
        at.write("Code de révocation", volet.revocation)
        for label, text in zip(("Jour", "Mois", "Année"), self.dossier.born, strict=True):
            at.write(label, text)
        at.press("Ouvrir ma page")
        at.see("Mon mandat")
        at.read(volet.reference)

    def signs_in_by_franceconnect(self) -> None:
        """Sign in at FranceConnect, on their own device, and see all their mandats."""
        at = self.visitor
        at.open(f"{self.sites.service}/usager")
        at.see("Voir ou arrêter mon mandat")
        at.press("S’identifier avec FranceConnect")
        at.see("Choisissez un compte")
        at.press(self.name)
        at.see("Mes mandats")

    def opens_their_page_by_franceconnect(self, structure: str) -> None:
        """Sign in at FranceConnect, and open the mandat given to this structure."""
        at = self.visitor
        self.signs_in_by_franceconnect()
        at.follow(structure)
        at.see("Mon mandat")

    def makes_new_verification_code(self) -> str:
        """Make a code for an administration, copied by hand from the screen."""
        at = self.visitor
        at.press("Faire un nouveau code")
        at.see("Votre nouveau code")
        code = at.page.locator("#code").inner_text()
        at.follow("J’ai recopié le code")
        at.see("Mon mandat")
        return code

    def stops_everything(self) -> None:
        """Stop the mandat, from this second."""
        at = self.visitor
        at.follow("Arrêter ce mandat")
        at.see("Arrêter ce mandat")
        at.press("Oui, arrêter maintenant")
        at.see("Mon mandat")
        at.read("Ce mandat est arrêté")

    def closes(self) -> None:
        """Close the page: whoever sits down next sees nothing of it."""
        at = self.visitor
        inside = at.page.url
        at.press("Fermer ma page")
        at.hear("Votre page est fermée")
        at.open(inside)
        at.see("Voir ou arrêter mon mandat")


class Agent:
    """An agent of an administration at a counter, with a person's file, without any account."""

    def __init__(self, visitor: Visitor, sites: Sites) -> None:
        self.visitor = visitor
        self.sites = sites

    def verifies(self, volet: Volet, code: str, dossier: Dossier, demarche: str) -> str:
        """Ask on the public page; return the answer."""
        at = self.visitor
        at.open(self.sites.service)
        at.see("Que souhaitez-vous faire")
        at.follow("Vérifier un mandat")
        at.see("Vérifier un mandat")
        at.write("Votre organisme", "CAF de Gap")
        at.write("Référence du mandat", volet.reference)
        at.write("Code de vérification", code)
        at.write("Nom de naissance", dossier.family_name)
        for label, text in zip(("Jour", "Mois", "Année"), dossier.born, strict=True):
            at.write(label, text)
        at.choose("Démarche demandée", demarche)
        at.press("Vérifier")
        at.page.locator("h1#verdict").wait_for()
        at.see("")
        return at.page.locator("h1").inner_text()

    def takes_receipt(self) -> bytes:
        """Take the receipt of the answer on the screen, for the file."""
        return self.visitor.take(self.visitor.button("Télécharger le reçu (PDF)"))
