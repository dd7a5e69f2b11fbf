"""The dashboards: exact figures, the map that reads as a table, and who sees which department."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.dispositif.activite.reports import write_report
from aidants.dispositif.models import Enveloppe, Quota
from aidants.domain.activite.comptes_rendus import Contenu
from mandats.pilotage import par_departement, scheme
from mandats.registre.models import Mandat
from tests import builders
from tests.aidants.dispositif import scheme as scheme_rows
from tests.bench import scheme_data
from tests.mandats.pages_desk import text

pytestmark = pytest.mark.django_db


def agent(role: str, departement: str = "") -> Client:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role, departement=departement)
    return builders.signed_in(who)


def test_the_nation_with_nothing_yet() -> None:
    page = text(agent("instructeur").get("/pilotage"))
    assert "Recrutés, sur 4" in page
    assert "Jalon du 31 mars 2021" in page
    assert "250" in page
    assert "245" in page


def test_posts_people_and_money_are_counted() -> None:
    scheme_data.fill(scheme_data.Size(10, 4, 40))
    today = timezone.localdate()
    national = scheme.national(today)
    assert national is not None
    assert (national.recruited, national.at_work, national.at_milestone) == (10, 10, 0)
    assert Enveloppe.objects.get().recruited == 10
    assert sum(one.at_work for one in scheme.posts(today)) == 10
    assert sum(one.quota for one in scheme.posts(today)) == sum(Quota.objects.values_list("posts", flat=True))
    assert scheme.people() == scheme.People(10, 8, 6)
    assert scheme.money() == scheme.Money(10 * 5_000_000, 0)
    formation = next(step for step in scheme.steps() if step.title == "Du contrat à la fin de la formation")
    assert formation.count == 8
    assert 100 <= (formation.days or 0) < 130


def test_mandats_are_counted_where_they_are_and_who_needs_none_any_more() -> None:
    now = timezone.now()
    place = builders.structure(insee_code="05061")
    who = builders.aidant(place)
    old, fresh = builders.mandat(who, place, now=now), builders.mandat(who, place, now=now)
    builders.utilisation(fresh)
    long_ago = now - timedelta(days=200)
    Mandat.objects.filter(pk=old.pk).update(
        accepted_at=long_ago, consented_at=long_ago, identified_at=long_ago, expires_at=now - timedelta(days=91)
    )
    par_departement.count_mandats(now)
    par_departement.count_mandats(now)
    found = par_departement.mandats_figures("05")
    assert (found.usagers, found.autonomes, found.mandats, found.utilisations, found.aidants) == (2, 1, 2, 1, 1)
    assert found.autonomous_percent == 50
    assert par_departement.mandats_figures("75").mandats == 0
    assert "1 personne sur 2" in text(agent("instructeur").get("/pilotage"))


def test_people_reached_and_the_csv_of_departments() -> None:
    place = builders.structure(insee_code="05061")
    who = builders.aidant(place)
    many = Contenu(timezone.localdate(), "bureau", "atelier", 26, ("courriel",), "avec", "fait")
    write_report(many, builders.acteur(who, place), timezone.now())
    state = agent("operateur")
    assert "26 sur les 13" in text(state.get("/pilotage")).replace("\u202f", " ").replace("\xa0", " ")
    answer = state.get("/pilotage/departements?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";"))
    assert next(row for row in rows if row["code"] == "05")["personnes"] == "26"
    page = text(state.get("/pilotage/departements"))
    assert "Hautes-Alpes\u00a0: 0 en poste pour 0" in page
    assert "05 Hautes-Alpes" in page
    assert ";26" in state.get("/pilotage/departements/05?format=csv").content.decode()


def test_the_posts_of_networks_stand_beside_the_department_s() -> None:
    own = scheme_rows.quota(posts=3, departement="", reseau="emmaus_connect")
    for number in (1, 2, 3):
        scheme_rows.poste(builders.structure("Emmaüs Connect"), own, number=number, departement="05")
    state = agent("instructeur")
    beside = text(state.get("/pilotage/departements/05")).partition("propres aux réseaux")[2]
    assert "Emmaüs Connect, 3 retenus dont 0 en poste" in beside
    assert "propres aux réseaux" not in text(state.get("/pilotage/departements/04"))
    assert "Réseau Emmaüs Connect" in text(state.get("/pilotage/departements"))


def test_a_prefecture_sees_its_department_alone() -> None:
    prefet = agent("prefecture", "05")
    assert "Hautes-Alpes (05)" in text(prefet.get("/pilotage/mon-departement"))
    assert "aucun département" in text(agent("prefecture").get("/pilotage/mon-departement"))
    assert "Hautes-Alpes (05)" in text(prefet.get("/pilotage/departements/05"))
    assert prefet.get("/pilotage/departements/38").status_code == 403
    assert prefet.get("/pilotage/departements/xx").status_code == 404
    assert prefet.get("/pilotage").status_code == 403
    aidant = builders.signed_in(builders.aidant(builders.structure()))
    for path in ("/pilotage", "/pilotage/departements", "/pilotage/departements/05", "/pilotage/mon-departement"):
        assert aidant.get(path).status_code == 403
