"""The administrateur's screens: each step by its page, each role, each refusal said on the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Entree
from mandats.droits.models import Demande, Rapprochement
from mandats.droits.rapprochements import propose_merge
from mandats.registre.models import Mandat, Usager
from mandats.registre.services.keep import archive_due
from tests import builders

pytestmark = pytest.mark.django_db
HOW = {"origin": "courrier", "proof": "piece", "received_on": "2026-11-20"}


def officer(role: str = "administrateur") -> tuple[Compte, Client]:
    made = builders.compte()
    Fonction.objects.create(compte=made, role=role)
    return made, builders.signed_in(made)


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now() - timedelta(days=1))


def ask(who: tuple[Compte, Client], mandat: Mandat, kind: str, **typed: str) -> Any:
    path = f"/administration/droits/personnes/{mandat.usager_id}/demande/{kind}"
    return who[1].post(path, HOW | typed | {"code": builders.totp_code(who[0])})


def reply(who: tuple[Compte, Client], made: Demande, answer: str = "oui") -> Any:
    path = f"/administration/droits/demandes/{made.id}"
    return who[1].post(path, {"answer": answer, "code": builders.totp_code(who[0])}, follow=True)


@pytest.mark.writes("droits:hand_export", "droits:open_person")
def test_a_copy_from_the_search_to_the_file(mandat: Mandat, query_count: Any) -> None:
    admin, second = officer(), officer("instructeur")
    typed = {"family_name": "dubois", "day": "24", "month": "8", "year": "1962"}
    found = admin[1].post("/administration/droits/recherche", typed).content.decode()
    assert f"/administration/droits/personnes/{mandat.usager_id}" in found
    with query_count(11):
        sheet = admin[1].get(f"/administration/droits/personnes/{mandat.usager_id}")
    assert mandat.reference in sheet.content.decode()
    made = Demande.objects.get(pk=ask(admin, mandat, "export")["Location"].rsplit("/", 1)[1])
    mine = admin[1].get(f"/administration/droits/demandes/{made.id}").content.decode()
    assert "une autre personne" in mine
    assert 'name="answer"' not in mine
    with query_count(8):
        assert "À approuver" in second[1].get("/administration/droits").content.decode()
    assert "c’est fait" in reply(second, made).content.decode()
    handed = admin[1].post(f"/administration/droits/demandes/{made.id}/copie")
    assert (handed["Content-Type"], handed.content[:2]) == ("application/zip", b"PK")
    assert "attachment" in handed["Content-Disposition"]
    events = list(Entree.objects.filter(subject_id=mandat.usager_id).order_by("id").values_list("event", flat=True))
    assert events[-4:] == ["droits:open_person", "droits:ask", "droits:answer", "droits:hand_export"]


def test_a_wrong_code_changes_nothing_and_keeps_what_was_typed(mandat: Mandat) -> None:
    admin = officer()
    page = admin[1].post(
        f"/administration/droits/personnes/{mandat.usager_id}/demande/export", HOW | {"code": "000000"}
    )
    assert page.status_code == 422
    assert 'value="courrier"' in page.content.decode()
    assert "checked" in page.content.decode()
    assert not Demande.objects.exists()


def test_rectification_says_that_what_was_signed_stays(mandat: Mandat) -> None:
    Usager.objects.filter(pk=mandat.usager_id).update(sub_digest=None)
    admin, second = officer(), officer()
    path = f"/administration/droits/personnes/{mandat.usager_id}/demande/rectification"
    page = admin[1].get(path).content.decode()
    assert "un nouveau mandat" in page
    person = mandat.usager
    known = {
        name: getattr(person, name)
        for name in ("given_name", "birthdate", "gender", "birthplace", "birthcountry", "email")
    }
    answer = ask(admin, mandat, "rectification", family_name="DUBOIS-MARTIN", telephone="06 11 22 33 44", **known)
    made = Demande.objects.get(pk=answer["Location"].rsplit("/", 1)[1])
    shown = second[1].get(f"/administration/droits/demandes/{made.id}").content.decode()
    assert "DUBOIS → DUBOIS-MARTIN" in shown
    reply(second, made)
    assert Usager.objects.get().family_name == "DUBOIS-MARTIN"


def test_for_a_person_of_franceconnect_only_contacts_are_offered(mandat: Mandat) -> None:
    page = officer()[1].get(f"/administration/droits/personnes/{mandat.usager_id}/demande/rectification")
    assert 'name="telephone"' in page.content.decode()
    assert 'name="family_name"' not in page.content.decode()


def test_erasure_while_a_mandat_stands_is_refused_with_its_reason(mandat: Mandat) -> None:
    page = ask(officer(), mandat, "effacement")
    assert page.status_code == 422
    assert "Un mandat de cette personne est en cours" in page.content.decode()


@pytest.mark.writes("droits:answer")
def test_erasure_afterwards_restricts_and_the_page_gives_the_law(mandat: Mandat) -> None:
    ended = timezone.now() - timedelta(days=2)
    before = ended - timedelta(days=3)
    Mandat.objects.update(accepted_at=before, consented_at=before, ended_at=ended, motif="revocation")
    answer = ask(officer(), mandat, "effacement")
    made = Demande.objects.get(pk=answer["Location"].rsplit("/", 1)[1])
    assert "RGPD 17.3.e" in reply(officer(), made).content.decode()
    assert Usager.objects.get().email == ""


def test_who_holds_no_role_opens_nothing(mandat: Mandat) -> None:
    person, paths = mandat.usager_id, [
        "/administration/droits",
        "/administration/droits/recherche",
        "/administration/archive",
    ]  # fmt: skip
    paths += [f"/administration/droits/personnes/{person}", f"/administration/droits/personnes/{person}/demande/export"]
    browser = builders.signed_in(mandat.aidant)
    assert {browser.get(path).status_code for path in paths} == {403}
    instructeur = officer("instructeur")[1]
    assert [instructeur.get(path).status_code for path in paths] == [200, 403, 403, 403, 403]
    assert not Entree.objects.filter(event__startswith="droits:").exists()


@pytest.mark.parametrize("path", ["personnes/{}", "demandes/{}", "rapprochements/{}", "personnes/{}/demande/export"])
def test_what_does_not_exist_is_unknown(path: str) -> None:
    unknown = "0b7b4f5e-7c5f-4e8e-9d1f-3b1f0a6d2c11"
    assert officer()[1].get(f"/administration/droits/{path.format(unknown)}").status_code == 404


@pytest.mark.writes("droits:undo_merge")
def test_two_records_are_joined_by_two_persons_and_parted_by_one(mandat: Mandat) -> None:
    told = builders.identite(sub_digest="9" * 64, email="nouvelle@example.org")
    propose_merge(told, way="usager", now=timezone.now())
    row = Rapprochement.objects.get()
    admin, second = officer(), officer("instructeur")
    assert f"/administration/droits/rapprochements/{row.id}" in admin[1].get("/administration/droits").content.decode()
    path = f"/administration/droits/rapprochements/{row.id}"
    page = second[1].get(path).content.decode()
    assert "nouvelle@example.org" in page
    assert mandat.usager.email in page
    assert 'name="code"' not in page
    answer = admin[1].post(path, {"code": builders.totp_code(admin[0])})
    made = Demande.objects.get(pk=answer["Location"].rsplit("/", 1)[1])
    reply(second, made)
    assert Usager.objects.get().sub_digest == "9" * 64
    parted = admin[1].post(f"{path}/separation", {"code": builders.totp_code(admin[0])}, follow=True)
    assert "à nouveau séparés" in parted.content.decode()
    assert Usager.objects.get().sub_digest != "9" * 64


@pytest.mark.writes("droits:dismiss_merge")
def test_the_second_person_may_say_that_they_are_two(mandat: Mandat) -> None:
    propose_merge(builders.identite(sub_digest="9" * 64), way="usager", now=timezone.now())
    row, admin = Rapprochement.objects.get(), officer()
    path = f"/administration/droits/rapprochements/{row.id}"
    answer = admin[1].post(path, {"code": builders.totp_code(admin[0])})
    reply(officer(), Demande.objects.get(pk=answer["Location"].rsplit("/", 1)[1]), "non")
    row.refresh_from_db()
    assert row.dismissed_at is not None


@pytest.mark.writes("archive:open", "mandat:archive")
def test_the_archive_opens_once_and_the_usager_sees_it(mandat: Mandat, query_count: Any) -> None:
    archive_due(mandat.expires_at + timedelta(days=365))
    admin = officer()
    typed = {"reference": mandat.reference, "ground": "contentieux", "code": builders.totp_code(admin[0])}
    with query_count(20):
        page = admin[1].post("/administration/archive", typed)
    assert (page.status_code, mandat.usager.family_name in page.content.decode()) == (200, True)
    typed |= {"reference": "ZZZZ-ZZZZ-ZZ", "code": builders.totp_code(admin[0])}
    assert admin[1].post("/administration/archive", typed).status_code == 422
    assert Entree.objects.filter(event="archive:open", subject_id=mandat.id).count() == 1


@pytest.mark.writes("droits:ask", "droits:withdraw")
def test_a_request_taken_back_is_over(mandat: Mandat) -> None:
    admin = officer()
    made = Demande.objects.get(pk=ask(admin, mandat, "export")["Location"].rsplit("/", 1)[1])
    assert officer()[1].post(f"/administration/droits/demandes/{made.id}/retrait").status_code == 404
    assert (
        "retirée" in admin[1].post(f"/administration/droits/demandes/{made.id}/retrait", follow=True).content.decode()
    )
    made.refresh_from_db()
    assert made.answer == "retiree"
