"""Somebody who has no account: what the service is, its help, its figures, and a message to it."""

from tests.browser.conftest import Visit
from tests.browser.personne import letter
from tests.stack import LiveStack

PAGES = (
    ("pour-les-usagers", "Vous avez besoin d’aide"),
    ("pour-les-aidants", "Vous aidez des personnes"),
    ("pour-les-administrations", "Vous travaillez dans une administration"),
    ("conditions-d-utilisation", "Conditions d’utilisation"),
    ("mentions-legales", "Mentions légales"),
    ("accessibilite", "Accessibilité"),
    ("plan-du-site", "Plan du site"),
    ("statistiques", "Statistiques"),
    ("donnees-ouvertes", "Données ouvertes"),
    ("vos-donnees", "Vos données"),
    ("nulle-part", "Page introuvable"),
)


def test_a_stranger_reads_searches_and_writes(visit: Visit, stack: LiveStack) -> None:
    at = visit()
    at.open(stack.sites.service)
    at.see("Que souhaitez-vous faire")
    for path, heading in PAGES:
        at.open(f"{stack.sites.service}/{path}")
        at.see(heading)
    at.follow("L’aide")
    at.see("Aide")
    at.write("Chercher dans l’aide", "Téléphone perdu")
    at.press("Chercher")
    at.see("Aide")
    at.read("pour « Téléphone perdu »")
    at.follow("J’ai perdu mon téléphone")
    at.see("J’ai perdu mon téléphone")
    at.follow("Toute l’aide")
    at.see("Aide")
    at.write("Chercher dans l’aide", "xylophone")
    at.press("Chercher")
    at.read("Aucune réponse")
    at.see("Aide")
    at.follow("nous écrire")
    at.see("Nous écrire")
    at.write("Votre adresse électronique", "marie@exemple.fr")
    at.write("Votre message", f"Je ne trouve plus ma feuille. {at.way}")
    at.press("Envoyer")
    at.see("Nous écrire")
    at.read("Choisissez un sujet")
    at.choose("Vous écrivez à quel sujet", "J’ai donné un mandat")
    at.press("Envoyer")
    at.see("Votre message est parti")
    text = letter(at, stack.emails_folder, "donnees@mandats.example", "Message du site : J’ai donné un mandat")
    assert "marie@exemple.fr" in text
