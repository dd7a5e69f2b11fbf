"""Who does not come: warned, then deactivated, by the schedule alone, and brought back by a referent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from aidants.comptes.inactivity import care_for_the_absent, deactivate
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import SYSTEME
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from deploy.periods import JOBS
from tests import builders
from tests.aidants.mailbox import messages_to, subjects_to

pytestmark = pytest.mark.django_db
SEEN = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def who() -> Compte:
    made = builders.aidant(builders.structure(), email="camille@example.org", created_at=SEEN)
    Compte.objects.filter(pk=made.pk).update(last_login=SEEN)
    return made


def on(month: int, day: int) -> dict[str, int]:
    return care_for_the_absent(datetime(2026, month, day, 9, 0, tzinfo=UTC))


@pytest.mark.writes("compte:deactivate")
def test_warned_once_then_deactivated_a_month_later(who: Compte) -> None:
    assert [on(6, 9)["warned"], on(6, 10)["warned"], on(6, 11)["warned"]] == [0, 1, 0]
    assert subjects_to(who.email) == ["Votre compte se fermera dans un mois"]
    assert [on(7, 9)["deactivated"], on(7, 10)["deactivated"]] == [0, 1]
    who.refresh_from_db()
    assert (who.is_active, who.deactivation_motif) == (False, "absence")
    assert "sans que rien soit perdu" in subjects_to(who.email)[1]
    events = Entree.objects.filter(subject_id=who.id).order_by("id").values_list("event", flat=True)
    assert list(events) == ["compte:warn", "compte:deactivate"]
    for message in messages_to(who.email):
        assert not any(
            word in message.text.lower() for word in ("inactif", "sanction", "supprim", "faute de votre part")
        )


@pytest.mark.writes("compte:warn")
def test_who_comes_back_in_time_keeps_the_account(who: Compte) -> None:
    on(6, 10)
    Compte.objects.filter(pk=who.pk).update(last_login=datetime(2026, 6, 20, tzinfo=UTC))
    assert on(7, 20) == {"warned": 0, "deactivated": 0}
    assert on(11, 21)["warned"] == 1


def test_an_account_that_never_signed_in_is_treated_alike(who: Compte) -> None:
    Compte.objects.filter(pk=who.pk).update(last_login=None)
    assert on(6, 10)["warned"] == 1
    assert "l’invitation que vous avez reçue" in messages_to(who.email)[-1].text
    assert on(7, 10)["deactivated"] == 1
    assert "vous inviter de nouveau" in messages_to(who.email)[-1].text
    assert "comme avant" not in "".join(message.text for message in messages_to(who.email))


def test_who_comes_back_with_all_three_is_told_that_the_account_sleeps_and_nobody_else_is(who: Compte) -> None:
    for motif, told in (("absence", True), ("fraude", False)):
        Compte.objects.filter(pk=who.pk).update(is_active=True)
        deactivate(who, motif, SYSTEME, timezone.now())
        for password, code, right in (
            (builders.PASSWORD, builders.totp_code(who), True),
            (builders.PASSWORD, "000000", False),
            ("un autre mot de passe", builders.totp_code(who), False),
        ):
            browser = Client()
            answer = browser.post("/connexion", {"email": who.email, "password": password, "code": code})
            assert answer.status_code == 403
            assert ("s’est fermé parce qu’il ne servait plus" in answer.content.decode()) == (told and right)
            assert browser.get("/accueil")["Location"].startswith("/connexion")


@pytest.mark.writes("compte:reactivate")
def test_a_referent_opens_the_door_again(who: Compte) -> None:
    place, sylvie = who.affectations.get().structure, builders.compte()
    Affectation.objects.create(compte=sylvie, structure=place, is_referent=True, started_at=builders.NOW)
    session = builders.signed_in(who)
    deactivate(who, "absence", SYSTEME, timezone.now())
    assert session.get("/accueil")["Location"].startswith("/connexion")
    elsewhere = builders.compte()
    other = builders.structure("CCAS voisin", siret="99999920500029")
    Affectation.objects.create(compte=elsewhere, structure=other, is_referent=True, started_at=builders.NOW)
    path = f"/equipe/{who.id}/reouverture"
    assert builders.signed_in(elsewhere).post(path).status_code == 404
    desk = builders.signed_in(sylvie)
    assert "Compte fermé" in desk.get("/equipe").content.decode()
    for given in ({}, {"code": "000000"}):
        assert desk.post(path, given).status_code == 422
    assert not Compte.objects.get(pk=who.pk).is_active, "a door is opened by a fresh factor"
    assert desk.post(path, {"code": builders.totp_code(sylvie)})["Location"] == "/equipe"
    assert "est déjà rouvert" in desk.get(path, follow=True).content.decode()
    who.refresh_from_db()
    assert who.is_active
    assert "Votre compte est rouvert" in subjects_to(who.email)
    assert builders.signed_in(who).get("/accueil").status_code == 200
    assert care_for_the_absent(timezone.now()) == {"warned": 0, "deactivated": 0}


def test_what_was_closed_for_another_reason_stays_closed(who: Compte) -> None:
    place, sylvie = who.affectations.get().structure, builders.compte()
    Affectation.objects.create(compte=sylvie, structure=place, is_referent=True, started_at=builders.NOW)
    deactivate(who, "fraude", SYSTEME, timezone.now())
    given = {"code": builders.totp_code(sylvie)}
    answer = builders.signed_in(sylvie).post(f"/equipe/{who.id}/reouverture", given, follow=True)
    assert "adressez-vous au service" in answer.content.decode()
    who.refresh_from_db()
    assert not who.is_active


def desk_of(role: str) -> tuple[Compte, Client]:
    made = builders.compte(created_at=timezone.now())
    Fonction.objects.create(compte=made, role=role)
    return made, builders.signed_in(made)


@pytest.mark.writes("compte:reactivate")
@pytest.mark.parametrize("role", ["instructeur", "administrateur"])
def test_who_has_no_referent_is_let_in_again_by_the_service(who: Compte, role: str) -> None:
    Affectation.objects.filter(compte=who).update(is_referent=True)
    deactivate(who, "absence", SYSTEME, timezone.now())
    paul, desk = desk_of(role)
    path = desk.post("/aide", {"email": "Camille@example.org"})["Location"]
    assert path == f"/aide/{who.id}"
    page = desk.get(path).content.decode()
    assert "Rouvrir un compte" in page
    assert who.full_name in page
    assert desk.post(path, {"reopen": "1", "code": "000000"}).status_code == 422
    assert not Compte.objects.get(pk=who.pk).is_active, "a fresh factor is asked"
    assert desk.post(path, {"reopen": "1", "code": builders.totp_code(paul)})["Location"] == "/aide"
    assert "est rouvert" in desk.get("/aide").content.decode()
    who.refresh_from_db()
    assert who.is_active
    assert Entree.objects.get(event="compte:reactivate").acteur_id == paul.id
    assert subjects_to(who.email) == ["Votre compte est rouvert"]
    assert builders.signed_in(who).get("/equipe").status_code == 200
    again = desk.post(path, {"reopen": "1", "code": builders.totp_code(paul)})
    assert again["Location"] == "/aide", "another opened it meanwhile"
    assert "déjà rouvert" in desk.get("/aide").content.decode()


@pytest.mark.parametrize("motif", ["fraude", ""])
def test_the_service_opens_nothing_that_was_closed_for_another_reason(who: Compte, motif: str) -> None:
    deactivate(who, motif, SYSTEME, timezone.now())
    paul, desk = desk_of("instructeur")
    answer = desk.post("/aide", {"email": who.email})
    assert answer.status_code == 422
    assert "une autre raison" in answer.content.decode()
    path = f"/aide/{who.id}"
    assert desk.get(path).status_code == 404
    assert desk.post(path, {"reopen": "1", "code": builders.totp_code(paul)}).status_code == 404
    who.refresh_from_db()
    assert not who.is_active


@pytest.mark.writes("compte:deactivate", "compte:reactivate")
def test_who_runs_the_service_closes_an_account_at_once_and_opens_it_again(who: Compte) -> None:
    session = builders.signed_in(who)
    assert session.get("/accueil").status_code == 200
    call_command("deactivate_compte", "--email=Camille@example.org", "--motif=vol")
    assert session.get("/accueil")["Location"].startswith("/connexion")
    entry = Entree.objects.get(event="compte:deactivate")
    assert (entry.acteur_kind, entry.acteur_id, entry.subject_id) == ("systeme", None, who.id)
    assert b'"vol"' in bytes(entry.body)
    assert who.email.encode() not in bytes(entry.body)
    _, desk = desk_of("instructeur")
    assert desk.post("/aide", {"email": who.email}).status_code == 422, "no page opens it again"
    call_command("deactivate_compte", f"--email={who.email}", "--reopen")
    assert Entree.objects.filter(event="compte:reactivate", subject_id=who.id).count() == 1
    assert session.get("/accueil")["Location"].startswith("/connexion"), "a closed session stays closed"
    assert builders.signed_in(who).get("/accueil").status_code == 200
    for wrong in (["--reopen"], ["--motif=humeur"], ["--motif=vol", "--reopen"], []):
        with pytest.raises(CommandError):
            call_command("deactivate_compte", f"--email={who.email}", *wrong)
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("deactivate_compte", "--email=nobody@example.org", "--motif=vol")


def test_a_referent_opens_nobody_by_the_page_of_the_service(who: Compte) -> None:
    sylvie = builders.compte()
    place = who.affectations.get().structure
    Affectation.objects.create(compte=sylvie, structure=place, is_referent=True, started_at=builders.NOW)
    deactivate(who, "absence", SYSTEME, timezone.now())
    desk, given = builders.signed_in(sylvie), {"reopen": "1", "code": builders.totp_code(sylvie)}
    assert desk.post(f"/aide/{who.id}", given).status_code == 403
    assert desk.post(f"/equipe/{who.id}/aide", given).status_code == 404
    who.refresh_from_db()
    assert not who.is_active


def test_two_administrateurs_are_always_left_to_open_the_door() -> None:
    made = [builders.compte(created_at=SEEN) for _ in range(3)]
    for one in made:
        Fonction.objects.create(compte=one, role="administrateur")
    assert on(6, 10)["warned"] == 3
    assert on(7, 10)["deactivated"] == 1
    assert on(12, 10) == {"warned": 0, "deactivated": 0}
    left = Compte.objects.filter(pk__in=[one.pk for one in made], is_active=True)
    assert left.count() == 2
    newcomer = builders.compte(created_at=datetime(2026, 12, 1, tzinfo=UTC))
    Fonction.objects.create(compte=newcomer, role="administrateur")
    assert on(12, 11)["deactivated"] == 1, "one more came"
    assert left.count() == 1


def test_the_schedule_stands_in_code() -> None:
    job = next(job for job in JOBS if job.name == "absences")
    assert job.every == timedelta(days=1)


def test_a_deactivated_person_meets_the_generic_refusal(who: Compte) -> None:
    deactivate(who, "absence", SYSTEME, timezone.now())
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who)}
    assert Client().post("/connexion", given).status_code == 403
