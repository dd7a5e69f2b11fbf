"""Who answers for the service: instructeur, accueil, administrateur; each finds what they need, and nothing else."""

import secrets
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from aidants.comptes import recovery
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.comptes_rendus import THEMES
from aidants.habilitation.models import Dossier
from aidants.structures.invitations import Invite
from aidants.structures.models import Affectation, Structure
from aidants.structures.nominations import give_role
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.officer import Officer, holder, siret_like
from tests.browser.visitor import KEYBOARD_BOTH
from tests.stack import LiveStack

KEYBOARD = pytest.mark.parametrize("way", [KEYBOARD_BOTH], indirect=True, ids=str)


def _dossier() -> Dossier:
    whole = {
        "name": f"Café associatif {time.monotonic_ns()}", "siret": "99999970800007", "kind": "association",
        "street": "2 rue du Four", "postcode": "05600", "city": "Guillestre", "insee_code": "05065",
        "referent_given_name": "Paule", "referent_family_name": "Roux", "referent_profession": "Coordinatrice",
        "referent_email": f"{uuid4().hex}@cafe.example",
    }  # fmt: skip
    now = timezone.now()
    email = f"{uuid4().hex}@cafe.example"
    return Dossier.objects.create(email=email, etat="en_instruction", created_at=now, submitted_at=now, **whole)


def _keeps_a_structure(instructeur: Officer, place: Structure) -> None:
    """Find a structure, invite a second referent, deactivate it for a while and put it back."""
    at = instructeur.at
    at.follow("Structures")
    at.see("Structures")
    at.write("Nom, SIRET", place.name)
    at.press("Chercher")
    at.follow(f"Ouvrir : {place.name}")
    at.see(place.name)
    at.read("Aucun référent")
    at.follow("Inviter un référent")
    at.see("Inviter quelqu’un")
    for label, typed in (("Prénom", "Paule"), ("Nom", "Roux"), ("Adresse électronique", f"{uuid4().hex}@m.example")):
        at.write(label, typed)
    at.write("Fonction", "Directrice")
    at.tick("Référent")
    instructeur.gives_code("Envoyer l’invitation")
    at.see(place.name)
    at.follow("Désactiver")
    at.see("Désactiver")
    at.tick("Le temps d’une vérification")
    instructeur.gives_code("Désactiver la structure")
    at.see(place.name)
    at.read("rien ne s’y conclut")
    at.follow("Remettre en service")
    at.see("Remettre en service")
    instructeur.gives_code("Remettre en service")
    at.see(place.name)


def _instructs(instructeur: Officer, dossier: Dossier) -> None:
    at = instructeur.at
    instructeur.opens("Dossiers d’habilitation", "Dossiers d’habilitation")
    at.follow(f"Ouvrir : {dossier.name}")
    at.see(dossier.name)
    at.write("Votre message", "Quel est le SIRET de l’établissement qui reçoit ?")
    at.press("Envoyer le message")
    at.hear("Le message est parti")
    at.tick("Demander des modifications")
    instructeur.gives_code("Enregistrer la décision")
    at.see(dossier.name)
    at.read("Dites pourquoi")
    at.write("Ce que la structure lira", "Donnez le SIRET de l’établissement qui reçoit.")
    instructeur.gives_code("Enregistrer la décision")
    at.hear("La décision est enregistrée")


@KEYBOARD
def test_instructeur(visit: Visit, stack: LiveStack) -> None:
    place = builders.structure(f"Médiathèque {time.monotonic_ns()}", siret="99999930300013", city="Gap")
    nadia, dossier = builders.aidant(place, given_name="Nadia", family_name="Benali"), _dossier()
    instructeur = Officer(visit(), stack.sites.service, holder("instructeur", "Paul", "Verdier"))
    at = instructeur.at
    instructeur.signs_in("/accueil", "Bonjour")
    _keeps_a_structure(instructeur, place)
    _instructs(instructeur, dossier)
    instructeur.opens("Droit d’une personne", "Droit d’une personne")
    at.write("Adresse électronique", nadia.email)
    at.press("Chercher")
    at.see("Nadia Benali")
    at.read("Peut conclure des mandats")
    instructeur.opens("Aider quelqu’un à revenir", "Aider quelqu’un à revenir")
    at.write("Adresse électronique", nadia.email)
    at.press("Chercher")
    at.see("Aider à revenir")
    at.tick("Au téléphone")
    at.tick("Par courrier")
    instructeur.gives_code("Me porter garant")
    at.see("C’est parti")
    at.follow("Journal")
    at.see("Rechercher dans le journal")
    for door, heading in (
        ("Refus comptés", "Refus comptés"),
        ("Organismes de formation", "Organismes de formation"),
        ("Candidatures", "Candidatures"),
        ("Postes par département et par réseau", "Postes par département"),
        ("Kits à envoyer", "Kits à envoyer"),
        ("Mandats refusés", "Pourquoi des mandats sont refusés"),
    ):
        instructeur.opens(door, heading)


@KEYBOARD
def test_accueil(visit: Visit, stack: LiveStack, place: Structure) -> None:
    who = builders.aidant(place, given_name="Thomas", family_name="Giraud")
    garant = holder("instructeur", "Paul", "Verdier")
    doer, channel, recognised = Acteur(Kind.COMPTE, garant.id), recovery.Channel.POST, recovery.Recognised.VOICE
    recovery.open_recovery(who, garant, channel=channel, recognised=recognised, acteur=doer, now=timezone.now())
    accueil = Officer(visit(), stack.sites.service, holder("accueil", "Yann", "Le Goff"))
    at = accueil.at
    accueil.signs_in("/accueil", "Bonjour")
    at.follow("Lettres à imprimer")
    at.see("Lettres à imprimer")
    at.press("Imprimer la lettre de Thomas Giraud")
    at.see("Votre code pour revenir")
    at.follow("Revenir aux lettres")
    at.see("Lettres à imprimer")
    at.read_nowhere("Thomas Giraud")
    accueil.opens("Ligne nationale", "Appel « solidarité numérique »")
    at.press("Mettre dans la file")
    at.see("Appel « solidarité numérique »")
    at.choose("Département", "05 Hautes-Alpes")
    at.choose("Sur quoi", THEMES["internet"])
    at.write("Numéro à rappeler", "04 99 99 00 42")
    at.press("Mettre dans la file")
    at.hear("L’appel attend un conseiller")
    accueil.opens("Accueil téléphonique", "Une personne téléphone")
    at.write("Nom de naissance", "Personne")
    for label, typed in (("Jour", "2"), ("Mois", "4"), ("Année", "1980")):
        at.write(label, typed)
    at.write("Structure qui aide la personne", "Gap")
    at.press("Chercher")
    at.see("Une personne téléphone")
    at.read("Rien à ce nom")
    at.follow("Formulaire reçu par la poste")
    at.see("Formulaire d’arrêt reçu")


def _keeps_the_roles(admin: Officer, asker: Compte) -> None:
    """Answer what another administrateur asked, give a role, and take it back."""
    at = admin.at
    stranger = Invite(f"{uuid4().hex}@anct.example", "Louise", "Garnier", "Cheffe de projet", role="administrateur")
    give_role(stranger, Acteur(Kind.COMPTE, asker.id, None, "administrateur"), timezone.now())
    at.follow("Fonctions nationales")
    at.see("Fonctions nationales")
    at.follow("Répondre : Louise Garnier")
    at.see("Répondre à une demande")
    at.tick("Approuver")
    admin.gives_code("Répondre")
    at.hear("C’est approuvé")
    at.see("Fonctions nationales")
    colleague = builders.compte(given_name="Ève", family_name="Faure")
    for label, typed in (("Prénom", "Ève"), ("Nom", "Faure"), ("Adresse électronique", colleague.email)):
        at.write(label, typed)
    at.write("Fonction", "Agente")
    at.choose("Fonction nationale", "Accueil du service")
    admin.gives_code("Donner la fonction")
    at.see("Fonctions nationales")
    assert Fonction.objects.get(compte=colleague).role == "accueil"
    at.follow("Corriger le nom de Ève Faure")
    at.see("Corriger un nom")
    at.read("en est avertie")
    at.write("Nom", "Faure-Lantelme")
    admin.gives_code("Enregistrer")
    at.hear("C’est corrigé")
    at.see("Fonctions nationales")
    at.follow("Retirer : Ève Faure-Lantelme")
    at.see("Retirer une fonction")
    admin.gives_code("Retirer la fonction")
    at.see("Fonctions nationales")
    assert Fonction.objects.get(compte=colleague).ended_at


def _merges(admin: Officer, gone: Structure, into: Structure) -> None:
    at = admin.at
    at.open(f"{admin.origin}/registre/structures/{gone.id}")
    at.see(gone.name)
    at.follow("Renommer ou corriger")
    at.see("Renommer ou corriger")
    at.write("Nom de la structure", f"{gone.name} et alentours")
    admin.gives_code("Enregistrer")
    at.see(f"{gone.name} et alentours")
    at.follow("Fusionner")
    at.see("Fusionner")
    at.write("SIRET", into.siret)
    at.write("Combien de mandats", "7")
    admin.gives_code("Fusionner et mettre fin")
    at.see("Fusionner")
    at.read("Ce n’est pas le nombre affiché")
    at.write("Combien de mandats", "0")
    admin.gives_code("Fusionner et mettre fin")
    at.see(into.name)
    at.hear("a rejoint")
    at.open(f"{admin.origin}/registre/structures/{gone.id}")
    at.see(f"{gone.name} et alentours")
    at.read("Aucun mandat n’a changé de structure")


def _keeps_the_sites(admin: Officer) -> None:
    at = admin.at
    admin.opens("Sites", "Sites")
    at.follow("Enregistrer un site")
    at.see("Enregistrer un site")
    at.write("Nom du site", "Plateforme d’essai")
    at.choose("Profil", "Partenaire : tient structures et aidants à jour, ne connecte personne")
    admin.gives_code("Enregistrer le site")
    at.see("Plateforme d’essai est enregistré")
    at.follow("J’ai noté, continuer")
    at.see("Plateforme d’essai")
    at.follow("Fermer l’accès")
    at.see("Fermer l’accès\u00a0: Plateforme d’essai")
    admin.gives_code("Fermer l’accès")
    at.see("Plateforme d’essai")
    at.read("Accès fermé")


def _imports(admin: Officer, folder: Path) -> None:
    # The files are handed over without the system's own dialogue, which is no page of ours.
    at, number = admin.at, time.monotonic_ns() % 10**10
    cards = folder / "cartes.csv"
    cards.write_text(f"serie;graine\nX-{number};court\n")
    admin.opens("Cartes", "Cartes")
    at.field("Fichier des cartes").set_input_files(cards)
    admin.gives_code("Importer")
    at.see("Cartes")
    at.read("graine")
    cards.write_text(f"serie;graine\nX-{number};{secrets.token_hex(20)}\nY-{number};{secrets.token_hex(20)}\n")
    at.field("Fichier des cartes").set_input_files(cards)
    admin.gives_code("Importer")
    at.hear("2 cartes importées")
    at.see("Cartes")
    at.follow("Retirer une carte à son porteur")
    at.see("Retirer une carte")
    at.write("Numéro de la carte", f"X-{number}")
    at.choose("Raison", "Perdue ou volée")
    admin.gives_code("Retirer la carte")
    at.see("Retirer une carte")
    at.read("Personne n’a cette carte")
    teams = folder / "equipes.csv"
    teams.write_text("siret,nom\n1,Lieu\n")
    admin.opens("Imports", "Importer des structures")
    at.tick("Des structures")
    at.field("Fichier CSV").set_input_files(teams)
    admin.gives_code("Importer")
    at.see("Importer des structures")
    at.read("ligne 1")


@KEYBOARD
def test_administrateur(visit: Visit, stack: LiveStack, tmp_path: Path) -> None:
    stamp = time.monotonic_ns()
    gone = builders.structure(f"Point d’accueil {stamp}", siret=siret_like(stamp), kind="Association")
    into = builders.structure(f"Maison commune {stamp}", siret=siret_like(stamp + 7), kind="Association")
    Affectation.objects.create(
        compte=builders.compte(), structure=gone, is_referent=True, is_aidant=True, started_at=builders.NOW
    )
    asker = holder("administrateur", "Denis", "Morel")
    admin = Officer(visit(), stack.sites.service, holder("administrateur", "Inès", "Laurent"))
    at = admin.at
    admin.signs_in("/accueil", "Bonjour")
    _keeps_the_roles(admin, asker)
    _merges(admin, gone, into)
    _keeps_the_sites(admin)
    _imports(admin, tmp_path)
    admin.opens("Droits des personnes", "Droits des personnes")
    admin.opens("Archive", "Archive")
    admin.opens("Décès, tutelle ou insolvabilité", "Décès, tutelle ou insolvabilité")
    at.follow("Accueil")
    at.see("Bonjour")
    at.follow("Ouvrir : Tables")
    at.read("Comptes")
    at.open(f"{admin.origin}/gestion/aidants/structure/{into.id}/change/")
    at.read(into.name)
    assert not at.page.locator("input[type=submit], .addlink, .deletelink").count(), "the tables are read only"
