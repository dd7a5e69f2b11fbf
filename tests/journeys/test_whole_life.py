"""The whole life of a mandat: an outage, consent, acceptation, uses told, a replacement, stops, and its proofs."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic, sleep

import requests
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.journal.models import Entree
from deploy.demo.data.mandats import demo_identite
from mandats.consentement.entrants import Reponse
from mandats.consentement.reponses import receive
from mandats.registre.models import Avis, Mandat, Usager
from tests import builders
from tests.browser.papers import Volet, volet_of
from tests.browser.signing import code_in, read_message
from tests.journeys.walker import Walker
from tests.mandats.pdf_readers import words_of
from tests.stack import LiveStack

NUMBER = "+33639983355"
BORN = {"day": "17", "month": "06", "year": "1975"}


def _soon(true: Callable[[], bool]) -> None:
    """Wait for what the worker does by itself."""
    until = monotonic() + 60
    while not true():
        assert monotonic() < until
        sleep(0.2)


def _fault(stack: LiveStack, mode: str) -> None:
    asked = {"mode": mode, "endpoint": "all"}
    requests.post(f"{stack.sites.franceconnect}/_panne", json=asked, timeout=5).raise_for_status()


def _sign_in(walker: Walker, stack: LiveStack, who: Compte) -> None:
    walker.open(stack.sites.service)
    walker.follow("Se connecter")
    walker.press("Se connecter", email=who.email, password=builders.PASSWORD, code=builders.totp_code(who))
    assert "Bonjour" in walker.words


def _conclude_through_an_outage(walker: Walker, stack: LiveStack, who: Compte) -> Mandat:
    """FranceConnect is down: the brouillon waits on the home page, and nothing typed is lost."""
    walker.follow("Nouveau mandat")
    walker.press("Continuer", demarches=["logement", "famille"], duree="J31")
    walker.press("Aucune ne parle de moi")
    waiting = walker.answer.url
    _fault(stack, "down_503")
    walker.press("S’identifier avec")
    _fault(stack, "none")
    walker.open(f"{stack.sites.service}/accueil")
    assert "À reprendre" in walker.words
    assert "Famille - Scolarité" in walker.words
    walker.follow("Reprendre")
    assert walker.answer.url == waiting
    walker.press("S’identifier avec")
    walker.press("Nicolas Martin")
    walker.follow("Oui, c’est moi")
    walker.press("Envoyer le code", telephone=NUMBER)
    walker.press("Je signe", agree="on", code=code_in(read_message(stack.sms_folder, NUMBER)))
    walker.press("Accepter et conclure", code=builders.totp_code(who))
    assert "Le mandat est conclu" in walker.words
    return Mandat.objects.get(structure__affectations__compte=who)


def _use_three_times(walker: Walker, stack: LiveStack, mandat: Mandat) -> None:
    """Once through the bridge, twice declared: three avis, no more."""
    walker.open(stack.sites.administration)
    walker.follow("S’identifier avec FranceConnect")
    walker.press("Utiliser Aidants Connect")
    chosen = mandat.autorisations.get(demarche="famille")
    walker.press("Continuer vers FranceConnect", autorisation=str(chosen.id))
    assert "Dossier de Nicolas Martin" in walker.words
    builders.utilisation(mandat, now=timezone.now())
    builders.utilisation(mandat, now=timezone.now(), manner="place")
    told = Avis.objects.filter(mandat=mandat, kind="utilisation")
    assert told.count() == mandat.utilisations.count() == 3


def _enter(stack: LiveStack, volet: Volet) -> Walker:
    walker = Walker()
    walker.open(f"{stack.sites.service}/usager")
    walker.press("Ouvrir ma page", reference=volet.reference, code=volet.revocation, **BORN)
    assert "Mon mandat" in walker.words
    return walker


def test_the_whole_life_of_a_mandat(stack_db: LiveStack) -> None:
    place = builders.structure("Maison des services de Gap", city="Gap", postcode="05000", insee_code="05061")
    who, walker = builders.aidant(place), Walker()
    _sign_in(walker, stack_db, who)
    mandat = _conclude_through_an_outage(walker, stack_db, who)
    walker.follow("Imprimer le volet")
    walker.press("Imprimer le volet")
    volet = volet_of(walker.answer.content)
    _use_three_times(walker, stack_db, mandat)

    # A new mandat replaces one demarche; the other goes on.
    assert mandat.usager.sub_digest
    nicolas_again = replace(demo_identite("martin-nicolas"), sub_digest=mandat.usager.sub_digest)
    newer = builders.mandat(who, place, nicolas_again, now=timezone.now(), demarches=("logement",))
    replaced = mandat.autorisations.get(demarche="logement")
    assert (replaced.motif, replaced.replaced_by) == ("remplacement", newer.autorisations.get())

    # The usager suspends, then resumes; then ends it by text message.
    nicolas = _enter(stack_db, volet)
    nicolas.press("Suspendre pour le moment")
    assert "Ce mandat est suspendu" in nicolas.words
    nicolas.follow("Remettre en route")
    nicolas.press("Oui, remettre en route")
    assert "Ce mandat est en cours" in nicolas.words
    Usager.objects.filter(pk=mandat.usager_id).update(telephone=NUMBER)
    assert receive(Reponse(f"fin-{mandat.id}", NUMBER, f"FIN {mandat.reference}"), timezone.now()) == "fin"
    assert Mandat.objects.get(pk=mandat.pk).motif == "revocation"
    assert Mandat.objects.get(pk=newer.pk).ended_at is None
    _proves_it(nicolas, stack_db, mandat)


def _proves_it(nicolas: Walker, stack: LiveStack, mandat: Mandat) -> None:
    """What proves it: the certificate, the journal's order, and the tree that holds each act."""
    nicolas.open(f"{stack.sites.service}/usager/mandats/{mandat.id}")
    nicolas.follow("Télécharger l’attestation de fin")
    assert mandat.reference in words_of(nicolas.answer.content)
    _soon(lambda: _says_inscribed(nicolas, stack, mandat))
    nicolas.follow("Télécharger la preuve")
    assert nicolas.answer.text.startswith("c2sp.org/tlog-proof@v1")
    acts = [event for event in _acts(mandat) if event.startswith(("mandat:", "autorisation:", "utilisation:"))]
    kept = [event for event in acts if event != "mandat:consult"]
    assert kept == [
        "mandat:sign",
        "utilisation:bridge",
        "utilisation:declare",
        "utilisation:declare",
        "autorisation:replace",
        "mandat:suspend",
        "mandat:resume",
        "mandat:revoke",
    ]


def _says_inscribed(nicolas: Walker, stack: LiveStack, mandat: Mandat) -> bool:
    nicolas.open(f"{stack.sites.service}/usager/mandats/{mandat.id}")
    return "Inscrit au journal" in nicolas.words


def _acts(mandat: Mandat) -> list[str]:
    return list(Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True))
