"""What each one does in the scheme until a contract is signed: applicant, committee, candidate, structure.

Each act ends on the page that follows, seen and inspected.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pikepdf
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.models import Comite
from aidants.domain.months import add_months
from tests import builders
from tests.browser.personne import letter, link_in
from tests.browser.visitor import Visitor
from tests.stack import LiveStack

# The post began two months and a half ago: time for 350 hours since.
FIRST_DAY = timezone.localdate() - timedelta(days=75)
LAST_DAY = add_months(FIRST_DAY, 24) - timedelta(days=1)
_INVITED = "Votre profil dans le vivier des conseillers numériques"


def signs_in(visit: Callable[[], Visitor], stack: LiveStack, who: Compte) -> Visitor:
    """Give somebody who has an account a window of their own, past the sign-in page, which has its own journeys."""
    at = visit()
    kept = builders.signed_in(who).cookies
    at.window.add_cookies([{"name": one.key, "value": one.value, "url": stack.sites.service} for one in kept.values()])
    return at


def holder(role: str, departement: str = "") -> Compte:
    """Return somebody who holds a national role."""
    who = builders.compte(given_name="Inès", family_name="Roy")
    Fonction.objects.create(compte=who, role=role, departement=departement)
    return who


def applies(at: Visitor, stack: LiveStack, address: str, name: str) -> None:
    """Apply without an account: refused for what is no SIRET, and for who does not apply alone; then whole."""
    at.open(f"{stack.sites.service}/candidature")
    at.see("Demander des postes")
    at.read("Ouvert")
    at.write("Adresse électronique", address)
    at.press("Commencer un dossier")
    at.see("Demander des postes")
    text = letter(at, stack.emails_folder, address, "Votre dossier de candidature au dispositif conseillers numériques")
    at.open(link_in(text))
    at.see("Ouvrir votre dossier")
    at.press("Ouvrir")
    at.see("Votre candidature")
    at.read("Ce qui empêche le dépôt")
    at.follow("Compléter : Votre structure")
    at.see("Votre structure")
    at.choose("Votre structure est", "CCAS, CIAS, caisse des écoles")
    for label, typed in (
        ("SIRET", "999 999 050 00018"),
        ("Nom de la structure", name),
        ("Adresse", "1 place de la Mairie"),
        ("Code postal", "04000"),
        ("Commune", "digne les bains"),
    ):
        at.write(label, typed)
    at.press("Enregistrer")
    at.see("Votre structure")
    at.read("Ce SIRET n’est pas valable")
    at.write("SIRET", "999 999 050 00019")
    at.press("Enregistrer")
    at.see("Votre candidature")
    at.read("Sa commune ou sa communauté de communes dépose")
    at.follow("Modifier : Votre structure")
    at.choose("Votre structure est", "Commune, département ou région")
    at.press("Enregistrer")
    at.see("Votre candidature")
    _completes(at)


def _completes(at: Visitor) -> None:
    at.follow("Compléter : Qui répond")
    at.see("Qui répond de la demande")
    for label, typed in (("Prénom", "Agnès"), ("Nom", "Meyer"), ("Téléphone", "04 99 99 00 01")):
        at.write(label, typed)
    at.press("Enregistrer")
    at.follow("Compléter : Lieux")
    at.see("Lieux d’accueil")
    for label, typed in (("Nom du lieu", "Médiathèque"), ("Code postal", "04000"), ("Commune", "Digne-les-Bains")):
        at.write(label, typed)
    at.press("Ajouter ce lieu")
    at.read("Médiathèque, Digne-les-Bains")
    at.follow("Revenir au dossier")
    at.follow("Compléter : Postes et projet")
    at.see("Postes et projet")
    at.write("Nombre de postes demandés", "2")
    at.write("Votre projet", "Aller vers les villages.")
    at.press("Enregistrer")
    at.see("Votre candidature")
    at.press("Déposer la candidature")
    at.hear("Votre candidature est déposée")
    at.see("Votre candidature")


def decides(at: Visitor, stack: LiveStack, name: str) -> None:
    """Set the quota, put the application on an agenda, retain one post, close, take the minutes."""
    at.open(f"{stack.sites.service}/instruction/quotas")
    at.see("Postes par département")
    at.choose("Département ou réseau", "04 Alpes-de-Haute-Provence")
    at.write("Nombre de postes", "10")
    at.press("Enregistrer")
    at.hear("Le nombre de postes est enregistré")
    at.open(f"{stack.sites.service}/instruction/candidatures")
    at.see("Candidatures")
    at.follow(f"Ouvrir {name}")
    at.see(name)
    at.open(f"{stack.sites.service}/instruction/comites")
    at.see("Comités de sélection")
    months = (date(2030 + at_month // 12, at_month % 12 + 1, 7) for at_month in range(100))
    day = next(one for one in months if not Comite.objects.filter(held_on=one).exists())
    at.field("Date du comité").fill(day.isoformat())
    at.press("Prévoir")
    at.see("Comité du")
    at.tick(name)
    at.press("Mettre à l’ordre du jour")
    at.follow(f"Examiner {name}")
    at.see(name)
    at.read("Les autres candidatures du territoire")
    at.tick("Retenue")
    at.write("Nombre de postes retenus", "1")
    at.press("Enregistrer la décision")
    at.hear("La décision est enregistrée")
    at.press("Clore le comité")
    at.hear("Le comité est clos")
    at.see("Comité du")
    minutes = at.page.request.get(f"{at.page.url}/proces-verbal").body()
    assert minutes.startswith(b"%PDF-")


def enters_the_pool(at: Visitor, stack: LiveStack, address: str, cv: Path) -> None:
    """Fill a profile by the link of a message, with a CV, and show it."""
    at.open(f"{stack.sites.service}/vivier")
    at.see("Devenir conseiller numérique")
    at.write("Adresse électronique", address)
    at.press("Recevoir le lien")
    at.open(link_in(letter(at, stack.emails_folder, address, _INVITED)))
    at.see("Ouvrir votre profil")
    at.press("Ouvrir")
    at.see("Votre profil")
    for label, typed in (
        ("Prénom", "Lina"),
        ("Nom", "de La Rochefoucauld-Montbéliard"),
        ("Code postal", "04000"),
        ("Commune", "Digne-les-Bains"),
    ):
        at.write(label, typed)
    at.field("Disponible à partir du").fill(f"{FIRST_DAY:%Y-%m-%d}")
    at.choose("Votre situation", "En recherche d’emploi")
    at.tick("Animer un atelier")
    at.hand_over("CV", cv)
    at.press("Enregistrer mon profil")
    at.hear("Votre profil est enregistré")
    at.press("Montrer mon profil")
    at.hear("Votre profil est visible")
    at.see("Votre profil")


def cv(folder: Path) -> Path:
    """Return a CV of one page."""
    made, file = pikepdf.new(), folder / "cv.pdf"
    made.add_blank_page()
    made.save(file)
    return file


def hires(at: Visitor, stack: LiveStack) -> None:
    """Find the person, say the interest, recruit, register the contract; the amount is shown before it is confirmed."""
    at.open(f"{stack.sites.service}/postes")
    at.see("Postes de conseiller")
    at.follow("Chercher dans le vivier")
    at.see("Chercher dans le vivier")
    at.press("Chercher")
    at.see("Chercher dans le vivier")
    at.press("Ouvrir le profil de Lina")
    at.see("Lina")
    at.read_nowhere("Rochefoucauld")
    at.press("Nous sommes intéressés")
    at.see("Lina de La Rochefoucauld-Montbéliard")
    at.press("Recruter cette personne")
    at.hear("C’est enregistré")
    at.follow("Enregistrer le contrat")
    at.see("Contrat de conseiller")
    at.choose("Type de contrat", "CDD")
    at.field("Début").fill(f"{FIRST_DAY:%Y-%m-%d}")
    at.field("Fin prévue").fill(f"{LAST_DAY:%Y-%m-%d}")
    for label, typed in (
        ("Salaire brut mensuel", "1 900"),
        ("Coût mensuel", "2700"),
    ):
        at.write(label, typed)
    at.press("Calculer le montant")
    at.see("Contrat de conseiller")
    at.read("50\u202f000\u00a0€")
    at.press("Confirmer avec ma clé d’accès")
    at.see("Lina")
    at.read("À signer par la Banque des Territoires")
