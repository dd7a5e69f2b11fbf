"""The whole line without any script: concluded by a code, used on the bridge, seen and stopped by the usager."""

from aidants.comptes.models import Compte
from tests import builders
from tests.browser.papers import volet_of
from tests.browser.signing import code_in, read_message
from tests.journeys.walker import Walker
from tests.stack import LiveStack


def _sign_in(walker: Walker, stack: LiveStack, who: Compte) -> None:
    walker.open(stack.sites.service)
    walker.follow("Se connecter")
    code = builders.totp_code(who)
    walker.press("Se connecter", email=who.email, password=builders.PASSWORD, code=code)
    assert "Bonjour" in walker.words


def _conclude(walker: Walker, stack: LiveStack, who: Compte) -> None:
    walker.follow("Nouveau mandat")
    walker.press("Continuer", demarches=["logement", "famille"], duree="J31")
    walker.press("Aucune ne parle de moi")
    walker.press("S’identifier avec")
    walker.press("Nicolas Martin")
    assert "FranceConnect a reconnu : Nicolas Martin" in walker.words
    walker.follow("Oui, c’est moi")
    walker.press("Envoyer le code", telephone="06 39 98 33 44")
    code = code_in(read_message(stack.sms_folder, "+33639983344"))
    walker.press("Je signe", agree="on", code=code)
    walker.press("Accepter et conclure", code=builders.totp_code(who))
    assert "Le mandat est conclu" in walker.words


def _ask_for_the_bridge(walker: Walker, stack: LiveStack) -> None:
    walker.open(stack.sites.administration)
    walker.follow("S’identifier avec FranceConnect")
    walker.press("Utiliser Aidants Connect")
    assert "Pour qui agissez-vous" in walker.words


def _cross_it(walker: Walker, stack: LiveStack) -> None:
    _ask_for_the_bridge(walker, stack)
    assert "Nicolas Martin – Famille - Scolarité" in walker.words
    chosen = walker.answer.text.partition('name="autorisation" value="')[2].partition('"')[0]
    walker.press("Continuer vers FranceConnect", autorisation=chosen)
    assert "Dossier de Nicolas Martin" in walker.words


def test_concluded_used_and_stopped(stack_db: LiveStack) -> None:
    place = builders.structure("Maison des services de Gap", city="Gap", postcode="05000", insee_code="05061")
    who, walker, nicolas = builders.aidant(place), Walker(), Walker()
    _sign_in(walker, stack_db, who)
    _conclude(walker, stack_db, who)
    walker.follow("Imprimer le volet")
    walker.press("Imprimer le volet")
    volet = volet_of(walker.answer.content)
    _cross_it(walker, stack_db)
    walker.press("Se déconnecter")

    nicolas.open(f"{stack_db.sites.service}/usager")
    born = {"day": "17", "month": "06", "year": "1975"}
    nicolas.press("Ouvrir ma page", reference=volet.reference, code=volet.revocation, **born)
    assert "FranceConnect (simulé)" in nicolas.words
    nicolas.follow("Arrêter ce mandat")
    nicolas.press("Oui, arrêter maintenant")
    assert "Ce mandat est arrêté" in nicolas.words

    _ask_for_the_bridge(walker, stack_db)
    assert "Aucun mandat utilisable" in walker.words
