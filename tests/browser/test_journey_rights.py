"""A person asks for their data: somebody writes it down, another approves; records compared; an alert answered."""

from dataclasses import replace

from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.structures.models import Affectation, Structure
from mandats.alertes.models import Alerte
from mandats.droits.models import Rapprochement
from mandats.droits.rapprochements import propose_merge
from mandats.registre.models import Usager
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.officer import Officer
from tests.browser.visitor import Visitor
from tests.stack import LiveStack


def officer(visitor: Visitor, stack: LiveStack, role: str) -> Officer:
    made = builders.compte(given_name="Inès", family_name="Laurent")
    Fonction.objects.create(compte=made, role=role)
    return Officer(visitor, stack.sites.service, made)


def test_a_copy_asked_by_one_and_approved_by_another(visit: Visit, stack: LiveStack, place: Structure) -> None:
    person = builders.identite(family_name="DE LA TOUR-SAINT-QUENTIN-FALLAVIER", given_name="Anne-Charlotte Bérengère")
    mandat = builders.mandat(builders.aidant(place), place, person, now=timezone.now())
    admin, second = officer(visit(), stack, "administrateur"), officer(visit(), stack, "instructeur")

    admin.signs_in("/administration/droits", "Droits des personnes")
    admin.at.follow("Nouvelle demande")
    admin.at.see("Trouver la personne")
    admin.at.press("Chercher")
    admin.at.see("Trouver la personne")
    admin.at.read("Saisissez la référence d’un mandat")
    admin.at.write("Référence d’un mandat", mandat.reference)
    admin.at.press("Chercher")
    admin.at.see("Trouver la personne")
    admin.at.follow("Ouvrir la fiche")
    admin.at.see("Anne-Charlotte")
    admin.at.follow("Écrire la demande : Copie")
    admin.at.see("Copie des données")
    admin.at.tick("par courrier")
    admin.at.tick("sa pièce d’identité")
    admin.gives_code("Enregistrer la demande")
    admin.at.see("Copie des données")
    admin.at.read("une autre personne")
    where = admin.at.page.url.removeprefix(stack.sites.service)

    second.signs_in(where, "Copie des données")
    second.at.tick("J’approuve")
    second.gives_code("Répondre")
    second.at.see("Copie des données")
    second.at.hear("c’est fait")

    admin.at.open(f"{stack.sites.service}{where}")
    admin.at.see("Copie des données")
    assert admin.at.take(admin.at.button("Télécharger la copie"))[:2] == b"PK"
    admin.at.open(f"{stack.sites.service}/administration/archive")
    admin.at.see("Archive")
    admin.at.open(f"{stack.sites.service}/vos-donnees")
    admin.at.see("Vos données")


def test_two_records_are_compared_and_joined(visit: Visit, stack: LiveStack, place: Structure) -> None:
    own = f"{timezone.now():%H%M%S%f}"
    before = builders.identite(email=f"avant-{own}@example.org", family_name=f"DUBOIS-{own}")
    mandat = builders.mandat(builders.aidant(place), place, before, now=timezone.now())
    told = replace(before, sub_digest=builders.identite().sub_digest, email=f"apres-{own}@example.org")
    (row,) = propose_merge(told, way="usager", now=timezone.now())
    admin, second = officer(visit(), stack, "administrateur"), officer(visit(), stack, "instructeur")

    admin.signs_in(f"/administration/droits/rapprochements/{row.id}", "Deux dossiers")
    admin.at.read(f"avant-{own}@example.org")
    admin.at.read(f"apres-{own}@example.org")
    admin.gives_code("Demander la réunion")
    admin.at.see("Réunion de deux dossiers")
    second.signs_in(admin.at.page.url.removeprefix(stack.sites.service), "Réunion de deux dossiers")
    second.at.tick("J’approuve")
    second.gives_code("Répondre")
    second.at.see("Réunion de deux dossiers")
    assert Usager.objects.get(pk=mandat.usager_id).sub_digest == told.sub_digest

    admin.at.open(f"{stack.sites.service}/administration/droits/rapprochements/{row.id}/separation")
    admin.at.see("Séparer deux dossiers")
    admin.gives_code("Séparer")
    admin.at.see("Droits des personnes")
    assert Rapprochement.objects.get(pk=row.id).undone_at is not None


def test_a_referent_answers_an_alert(visit: Visit, stack: LiveStack, place: Structure) -> None:
    who = builders.aidant(place, given_name="Nadia", family_name="Benali")
    now = timezone.now()
    Alerte.objects.create(rule="nuit", structure=place, aidant=who, day=now.date(), count=4, raised_at=now)
    made = builders.compte()
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    referent = Officer(visit(), stack.sites.service, made)
    referent.signs_in("/alertes", "Alertes")
    referent.at.follow("Regarder")
    referent.at.see("Actes de nuit")
    referent.at.press("Répondre")
    referent.at.see("Actes de nuit")
    referent.at.write("Ce que vous avez constaté", "permanence du soir")
    referent.at.press("Répondre")
    referent.at.see("Alertes")
    referent.at.read("permanence du soir")
    referent.at.follow("Ce qui est regardé")
    referent.at.see("Ce qui est regardé")
