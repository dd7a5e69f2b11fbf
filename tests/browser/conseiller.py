"""What a conseiller does at the desk, told as acts.  Each act ends on the page that follows, seen and inspected."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from deploy.demo.sites import Sites
from mandats.registre.models import Mandat
from mandats.registre.papers import print_volet
from tests import builders
from tests.browser.papers import Volet, volet_of
from tests.browser.visitor import Visitor


@dataclass(frozen=True)
class Paper:
    """What an identity document says of a woman: names, day, month and year of birth, place of birth."""

    family_name: str
    given_name: str
    born: tuple[str, str, str]
    birthplace: str


class Conseiller:
    """One conseiller of one structure, in front of the visitor's window."""

    def __init__(self, visitor: Visitor, sites: Sites, compte: Compte, place: Structure) -> None:
        self.visitor = visitor
        self.sites = sites
        self.compte = compte
        self.place = place

    # --- signing in ---

    def signs_in(self) -> None:
        """Go from the front door to the desk."""
        at = self.visitor
        at.open(self.sites.service)
        at.see("Que souhaitez-vous faire")
        at.follow("Se connecter")
        self.types_credentials()
        at.see("Bonjour")

    def types_credentials(self) -> None:
        """Fill the sign-in page, whoever asked for it."""
        at = self.visitor
        at.see("Connexion")
        at.write("Adresse électronique", self.compte.email)
        at.write("Mot de passe", builders.PASSWORD)
        at.write("Code à 6 chiffres", builders.totp_code(self.compte))
        at.press("Se connecter")

    def signs_in_again(self) -> None:
        """Open the service where the session still stands, or sign in."""
        self.visitor.open(f"{self.sites.service}/accueil")
        if "/connexion" in self.visitor.page.url:
            self.types_credentials()
        self.visitor.see("Bonjour")

    def gives_fresh_code(self, button: str) -> None:
        """Type a code of now and press the button that asked for it."""
        self.visitor.write("Code à 6 chiffres", builders.totp_code(self.compte))
        self.visitor.press(button)

    def goes_to_desk(self) -> None:
        """Go back to the desk by the menu."""
        self.visitor.follow("Accueil")
        self.visitor.see("Bonjour")

    # --- concluding ---

    def prepares(self, *demarches: str, duree: str, formalite: str = "") -> None:
        """Choose demarches, something precise in the first one, and a duration."""
        at = self.visitor
        at.follow("Nouveau mandat")
        at.see("Démarches et durée")
        for label in demarches:
            at.tick(label)
        if formalite:
            at.unfold(f"Préciser : {demarches[0]}")
            at.tick(formalite)
        at.tick(duree)
        at.press("Continuer")
        self.hands_the_silent_card()

    def hands_the_silent_card(self) -> None:
        """Turn the screen to the usager, who reads and answers that no line is theirs."""
        at = self.visitor
        at.see("Carte à lire en silence")
        at.press("Aucune ne parle de moi")
        at.see("Identité de la personne")

    def hands_the_screen_for_franceconnect(self, name: str) -> None:
        """Let the usager sign in at FranceConnect as ``name``, and confirm that it is them."""
        at = self.visitor
        at.press("S’identifier avec FranceConnect")
        at.see("Choisissez un compte")
        at.press(name)
        at.see("Identité de la personne")
        at.read(name)
        at.follow("Oui, c’est moi")
        at.see("Lecture et accord")

    def sees_document(self, identity: Paper) -> None:
        """Recopy an identity document that is on the desk, and leave the contacts empty: there are none."""
        at = self.visitor
        self.recopies_document(identity)
        at.see("Comment joindre la personne")
        at.read("vous lui remettez ses relevés sur papier")
        at.press("Continuer")
        at.see("Lecture et accord")

    def recopies_document(self, identity: Paper) -> None:
        """Type what an identity document says, its number apart."""
        at = self.visitor
        at.follow("Montrer une pièce d’identité")
        at.see("Pièce d’identité vue")
        at.tick("Carte nationale d’identité")
        at.write("Nom de naissance", identity.family_name)
        at.write("Prénoms", identity.given_name)
        at.tick("Femme")
        for label, text in zip(("Jour", "Mois", "Année"), identity.born, strict=True):
            at.write(label, text)
        at.write("Lieu de naissance", identity.birthplace)
        at.tick("J’ai vu l’original")
        at.press("Continuer")

    def shows_where_to_draw(self) -> None:
        """Open the way that signs on the screen."""
        self.visitor.unfold("Signer ici")

    def has_a_code_sent_to(self, telephone: str) -> None:
        """Have a code sent to the usager's own telephone."""
        at = self.visitor
        at.unfold("Recevoir un code sur mon téléphone")
        at.write("Téléphone de la personne", telephone)
        at.press("Envoyer le code")
        at.see("Lecture et accord")
        at.read("Un code a été envoyé")

    def prints_sheet_to_sign(self) -> bytes:
        """Print the exemplaire."""
        self.visitor.unfold("Signer sur papier")
        return self.visitor.take(self.visitor.button("Imprimer la feuille à signer"))

    def hands_in(self, scan: Path) -> None:
        """Send the photograph of the signed sheet."""
        at = self.visitor
        at.hand_over("Feuille signée", scan)
        at.press("Envoyer la feuille signée")
        at.see("Acceptation par la structure")

    def accepts(self) -> Mandat:
        """Accept for the structure, with a fresh code; return the mandat that exists from now on."""
        self.visitor.see("Acceptation par la structure")
        self.gives_fresh_code("Accepter et conclure le mandat")
        self.visitor.hear("Le mandat est conclu")
        mandat = Mandat.objects.get(pk=urlsplit(self.visitor.page.url).path.rpartition("/")[2])
        self.visitor.see(mandat.usager.full_name)
        return mandat

    def has_concluded(self, *demarches: str, usager: str) -> Mandat:
        """Have, without the screens, a mandat of this usager of the simulated FranceConnect."""
        from deploy.demo.data.mandats import demo_identite

        identite, now = demo_identite(usager), timezone.now()
        return builders.mandat(self.compte, self.place, identite, now=now, demarches=demarches, duree="J31")

    def has_handed_over(self, mandat: Mandat) -> Volet:
        """Have, without the screens, the usager's own sheet printed."""
        printed = print_volet(mandat.id, builders.acteur(self.compte, self.place), timezone.now())
        assert isinstance(printed, bytes)
        return volet_of(printed)

    # --- the mandat concluded ---

    def prints_volet(self) -> Volet:
        """Print the usager's own sheet from the record, and go back to it."""
        at = self.visitor
        at.follow(re.compile("^Imprimer le volet|^Volet de la personne"))
        at.see("Imprimer le volet de la personne")
        printed = at.take(at.button("Imprimer le volet"))
        at.follow("Retour au mandat")
        at.page.wait_for_url(re.compile("/mandats/[0-9a-f-]{36}$"))
        return volet_of(printed)

    def takes_mandat(self) -> bytes:
        """Take the mandat's PDF from the record."""
        return self.visitor.take(self.visitor.link("Mandat (PDF)"))

    def finds(self, query: str, name: str) -> None:
        """Search the structure's mandats and open the record found."""
        at = self.visitor
        at.follow("Mandats")
        at.see("Mandats")
        at.write("Nom ou référence", query)
        at.press("Rechercher")
        at.read("1 mandat")
        at.see("Mandats")
        at.follow(name)
        at.see(name)

    def declares(self, demarche: str, *, body: str, description: str) -> None:
        """Declare a call made for the usager: two gestures."""
        at = self.visitor
        at.follow("Déclarer une utilisation")
        at.see("Déclarer une utilisation")
        at.tick(demarche)
        at.tick("Par téléphone")
        at.tick("Avec la personne")
        at.write("Organisme contacté", body)
        at.write("Ce qui a été fait", description)
        at.press("Relire avant de déclarer")
        at.see("Est-ce bien cela")
        at.press("Confirmer")
        at.hear("Utilisation déclarée")

    def stops_demarche(self, label: str) -> None:
        """Stop one demarche of the mandat whose record is open."""
        at = self.visitor
        at.follow(f"Arrêter {label}")
        at.see("Arrêter une démarche")
        self.gives_fresh_code("Arrêter cette démarche")
        at.hear("C’est arrêté")

    def stops_mandat(self) -> None:
        """Stop the mandat whose record is open."""
        at = self.visitor
        at.follow("Arrêter le mandat")
        at.see("Arrêter le mandat")
        self.gives_fresh_code("Arrêter le mandat")
        at.hear("C’est arrêté")

    # --- the bridge ---

    def picks(self, name: str, demarche: str, site: str) -> None:
        """Choose, on the page that a site asked for, who and what for."""
        at = self.visitor
        at.see("Pour qui agissez-vous")
        at.tick(f"{name} – {demarche}")
        at.press(f"Continuer vers {site}")
