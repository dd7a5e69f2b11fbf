"""Every channel by which a mandat stops that other journeys do not take already (DOMAIN §3.4).

By their codes: `test_journey_usager`.  By an aidant: `test_journey_screen`.  By telephone, then by the form that came
by post: `test_journey_madame_d`.
"""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.domain.roles import Role
from aidants.domain.siret import is_siret
from aidants.structures.models import Affectation, Structure
from deploy.demo.data.mandats import demo_identite
from mandats.domain.identite import Identite
from mandats.registre.models import Mandat
from tests import builders
from tests.browser.accueil import Accueil
from tests.browser.allocations import Allocations
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.officer import Officer, holder
from tests.browser.papers import text_of
from tests.browser.personne import letter
from tests.browser.signing import photograph_signed
from tests.browser.telephone import Telephone
from tests.browser.usager import Usager as Person
from tests.browser.visitor import DESK, NARROW
from tests.stack import LiveStack


def _ended(mandat: Mandat) -> str:
    return Mandat.objects.get(pk=mandat.pk).motif


def _given_elsewhere(person: Identite) -> Mandat:
    """Have, without the screens, a mandat that the person gave to another structure."""
    place = builders.structure("Médiathèque intercommunale des Deux-Vallées", siret="99999930300013")
    return builders.mandat(builders.aidant(place), place, person, now=timezone.now(), duree="J31")


@pytest.mark.parametrize("way", [NARROW], ids=str)
def test_stop_then_fin_from_a_telephone(
    conseiller: Conseiller, allocations: Allocations, visit: Visit, stack: LiveStack
) -> None:
    number = f"+3363998{uuid4().int % 9000 + 1000:04d}"
    person = builders.identite(family_name="ROUX", given_name="Émilienne", email="", telephone=number)
    mandat = builders.mandat(conseiller.compte, conseiller.place, person, now=timezone.now())
    other = _given_elsewhere(person)
    allocations.open_for_aidants()
    conseiller.types_credentials()
    conseiller.picks(mandat.usager.full_name, "Logement", allocations.name)
    allocations.shows_dossier_of(mandat.usager.full_name)

    telephone = Telephone(visit(), stack.sites, number)
    telephone.receives("a agi pour vous")
    telephone.answers("Stop")
    told = telephone.receives("Suspendu")
    assert mandat.reference in told
    assert other.reference in told
    allocations.learns_that_it_is_over()
    telephone.answers("fin")
    asked = telephone.receives("Quel mandat arrêter")
    assert f"FIN {mandat.reference}" in asked
    telephone.answers(f"Fin {mandat.reference}")
    telephone.receives("Plus personne ne peut s’en servir. Une question")
    assert (_ended(mandat), _ended(other)) == ("revocation", "")
    conseiller.signs_in_again()
    conseiller.visitor.follow("Mandats")
    conseiller.visitor.read("Arrêté")


@pytest.mark.parametrize("way", [DESK, NARROW], ids=str)
def test_all_of_them_at_once_by_franceconnect(conseiller: Conseiller, visit: Visit, stack: LiveStack) -> None:
    mandat, other = conseiller.has_concluded("social", usager="corse"), _given_elsewhere(demo_identite("corse"))
    name = mandat.usager.full_name
    ange = Person(visit(), stack.sites, name=name.split()[0], dossier=None)  # type: ignore[arg-type]
    at = ange.visitor
    ange.signs_in_by_franceconnect()
    at.read(mandat.structure.name)
    at.read(other.structure.name)
    at.follow("Arrêter ou suspendre tous mes mandats")
    at.see("Arrêter ou suspendre tous mes mandats")
    at.press("Tout suspendre")
    at.hear("suspendu")
    at.see("Mes mandats")
    at.follow("Arrêter ou suspendre tous mes mandats")
    at.press("Tout arrêter pour toujours")
    at.hear("Plus personne ne peut s’en servir")
    at.see("Mes mandats")
    at.read_nowhere("Arrêter ou suspendre tous mes mandats")
    assert {_ended(mandat), _ended(other)} == {"revocation"}


@pytest.mark.parametrize("way", [DESK], ids=str)
def test_a_form_signed_at_the_desk(conseiller: Conseiller, tmp_path: Path) -> None:
    at, mandat = conseiller.visitor, conseiller.has_concluded("logement", usager="martin-sophie")
    conseiller.signs_in()
    conseiller.finds(mandat.reference, "Sophie Martin")
    at.follow("Arrêter le mandat")
    at.see("Arrêter le mandat")
    at.follow("Ajouter le formulaire")
    at.see("Arrêter par formulaire")
    form = at.take(at.link("Imprimer un formulaire vide"))
    assert "arrête mon mandat" in text_of(form)
    at.hand_over("Formulaire signé", photograph_signed(form, tmp_path))
    conseiller.gives_fresh_code("Arrêter le mandat")
    at.see("Sophie Martin")
    at.read("Formulaire d’arrêt signé")
    assert _ended(mandat) == "revocation"


@pytest.mark.parametrize("way", [DESK, NARROW], ids=str)
def test_who_answers_for_the_structure_or_for_the_service(
    conseiller: Conseiller, visit: Visit, stack: LiveStack, place: Structure
) -> None:
    renounced = conseiller.has_concluded("logement", usager="martin-nicolas")
    person = builders.identite(family_name="ROUX", given_name="Émile")
    dead = builders.mandat(conseiller.compte, place, person, now=timezone.now(), duree="J31")
    also = _given_elsewhere(person)

    who = builders.compte(given_name="Marc", family_name="Aubert")
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    referent = Officer(visit(), stack.sites.service, who)
    referent.signs_in("/equipe/renonciation", "Renoncer à un mandat")
    referent.at.write("Référence du mandat", renounced.reference)
    referent.at.choose("Raison", "La structure n’a plus les moyens de l’aider")
    referent.gives_code("Renoncer à ce mandat")
    referent.at.hear("La structure a renoncé à ce mandat")
    referent.at.see("Renoncer à un mandat")
    assert _ended(renounced) == "renonciation"

    admin = Officer(visit(), stack.sites.service, builders.compte(given_name="Inès", family_name="Laurent"))
    Fonction.objects.create(compte=admin.compte, role=Role.ADMINISTRATEUR)
    admin.signs_in("/administration/deces-ou-tutelle", "Décès, tutelle ou insolvabilité")
    admin.gives_code("Mettre fin à tous ses mandats")
    admin.at.read("Choisissez ce qui est arrivé")
    admin.at.see("Décès, tutelle ou insolvabilité")
    admin.at.write("Référence du mandat", dead.reference)
    admin.at.tick("Décès")
    admin.at.choose("Preuve reçue", "Acte de décès, ou copie")
    admin.gives_code("Mettre fin à tous ses mandats")
    admin.at.hear("2 mandats, dans toutes les structures")
    admin.at.see("Décès, tutelle ou insolvabilité")
    assert {_ended(dead), _ended(also)} == {"deces"}


def _siret() -> str:
    """Return a SIRET that no other structure of the demonstration has."""
    body = f"99999{uuid4().int % 10**8:08d}"
    return next(body + digit for digit in "0123456789" if is_siret(body + digit))


@pytest.mark.parametrize("way", [NARROW], ids=str)
def test_a_structure_that_closes_ends_its_mandats_and_everybody_is_told(visit: Visit, stack: LiveStack) -> None:
    place = builders.structure("Espace public numérique du Haut-Pays", siret=_siret())
    address, name = f"{uuid4().hex}@famille-roux.fr", f"ROUX-{uuid4().hex[:8].upper()}"
    who, now = builders.aidant(place), timezone.now()
    told = builders.mandat(who, place, builders.identite(email=address), now=now)
    written = builders.mandat(who, place, builders.identite(family_name=name, email=""), now=now)

    office = Officer(visit(), stack.sites.service, holder(Role.INSTRUCTEUR, "Inès", "Laurent"))
    office.signs_in("/habilitations/fin-de-structure", "Fin d’une structure")
    at = office.at
    at.press("Voir ce qui va s’arrêter")
    at.read("Écrivez le SIRET")
    at.see("Fin d’une structure")
    at.write("SIRET de la structure", place.siret)
    at.tick("Fermeture de la structure")
    at.press("Voir ce qui va s’arrêter")
    at.see("Confirmer la fin de la structure")
    at.read(place.name)
    at.write("Combien de mandats", "12")
    office.gives_code("Mettre fin à l’habilitation")
    at.read("Ce n’est pas le nombre affiché")
    at.see("Confirmer la fin de la structure")
    at.write("Combien de mandats", "2")
    office.gives_code("Mettre fin à l’habilitation")
    at.hear("n’est plus habilitée")

    subject = f"Votre mandat {told.reference} a pris fin"
    assert "Plus personne ne peut s’en servir" in letter(at, stack.emails_folder, address, subject)
    assert (_ended(told), _ended(written)) == ("fermeture", "fermeture")
    post = Accueil(visit(), stack.sites)
    post.signs_in()
    post.visitor.follow("Lettres à poster")
    post.visitor.see("Lettres à poster")
    paper = post.visitor.take(post.visitor.link(re.compile(rf"Imprimer la lettre de .*{name}")))
    assert f"Votre mandat {written.reference}, confié à {place.name}, a pris fin" in " ".join(text_of(paper).split())
