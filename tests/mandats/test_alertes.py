"""Alerts from the register to the word of who looked: raised once, told once a day, answered once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from mandats.alertes.activity import marks_since
from mandats.alertes.models import Alerte
from mandats.alertes.service import acknowledge, forget_old, raise_alertes, tell_alertes
from mandats.domain import errors_droits
from mandats.registre.models import Mandat, Usager
from tests import builders

NIGHT = datetime(2026, 11, 24, 23, tzinfo=UTC)


def referent_of(place: Structure) -> tuple[Compte, Acteur]:
    made = builders.compte()
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made, Acteur(Kind.COMPTE, made.id, place.id, "referent")


def instructeur() -> tuple[Compte, Acteur]:
    made = builders.compte()
    Fonction.objects.create(compte=made, role="instructeur")
    return made, Acteur(Kind.COMPTE, made.id, None, "instructeur")


def a_night(now: datetime = NIGHT) -> tuple[Structure, Compte]:
    """Return a structure whose aidant concluded three mandats at midnight, with one and the same drawing."""
    place = builders.structure()
    who = builders.aidant(place, given_name="Nadia", family_name="BENALI")
    for number in range(3):
        person = builders.identite(family_name=f"NOCTURNE{number}", email=f"n{number}@example.org")
        builders.mandat(who, place, person, now=now + timedelta(minutes=number))
    return place, who


@pytest.mark.django_db
def test_a_night_is_raised_once_and_grows_until_somebody_saw_it() -> None:
    place, who = a_night()
    later = NIGHT + timedelta(hours=1)
    raise_alertes(later)
    alerte = Alerte.objects.get(rule="nuit")
    assert (alerte.rule, alerte.structure, alerte.aidant, alerte.count) == ("nuit", place, who, 3)
    assert raise_alertes(later) == 0, "raised once"
    builders.mandat(who, place, now=NIGHT + timedelta(minutes=9))
    assert raise_alertes(later) == 0
    alerte.refresh_from_db()
    assert alerte.count == 4
    assert Entree.objects.filter(event="alerte:raise", subject_id=alerte.id).count() == 1


@pytest.mark.django_db
def test_an_alert_names_no_usager_and_stops_nothing() -> None:
    place, who = a_night()
    raise_alertes(NIGHT + timedelta(hours=1))
    told = str(list(Alerte.objects.order_by("id").values()))
    assert "NOCTURNE" not in told
    assert not Mandat.objects.filter(suspended_at__isnull=False).exists()
    assert builders.mandat(who, place, now=NIGHT + timedelta(minutes=20)).suspended_at is None


@pytest.mark.django_db
def test_a_contact_of_four_persons_leaves_no_address_in_the_marks() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    for _ in range(4):
        builders.mandat(who, place, now=builders.NOW)
    Usager.objects.update(email="le-mien@example.org")  # as when each agreed to share it
    assert "le-mien" not in str(marks_since(builders.NOW - timedelta(days=1), builders.NOW))
    raise_alertes(builders.NOW + timedelta(hours=1))
    assert Alerte.objects.get(rule="contact").count == 4


@pytest.mark.django_db
def test_paper_never_scanned_is_raised_after_seven_days() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    for _ in range(4):
        made = builders.mandat(who, place, now=builders.NOW)
        Mandat.objects.filter(pk=made.pk).update(consentement="papier")
    week = builders.NOW + timedelta(days=7)
    raise_alertes(week - timedelta(seconds=1))
    assert not Alerte.objects.filter(rule="papier").exists()
    raise_alertes(week)
    assert Alerte.objects.get(rule="papier").count == 4


@pytest.mark.django_db
def test_the_digest_goes_once_to_the_referents_of_the_structure_and_to_instructeurs() -> None:
    place, _ = a_night()
    mine, _ = referent_of(place)
    other, _ = referent_of(builders.structure("Ailleurs", siret="99999920400017"))
    paul, _ = instructeur()
    raise_alertes(NIGHT + timedelta(hours=1))
    assert tell_alertes(NIGHT + timedelta(hours=2)) == 2
    assert tell_alertes(NIGHT + timedelta(days=1)) == 0
    send_due(NIGHT + timedelta(hours=2))
    assert {to for message in mail.outbox for to in message.to} == {mine.email, paul.email}
    assert other.email not in str(mail.outbox)
    for message in mail.outbox:
        assert "Actes de nuit (1)" in message.body
        assert "NOCTURNE" not in message.body
        assert "BENALI" not in message.body


@pytest.mark.django_db
def test_an_alert_that_grows_unseen_is_told_again_and_not_once_seen() -> None:
    place, who = a_night()
    _, referent = referent_of(place)
    alerte = _raised(NIGHT + timedelta(hours=1))
    assert tell_alertes(NIGHT + timedelta(hours=2)) == 1
    builders.mandat(who, place, now=NIGHT + timedelta(minutes=9))
    raise_alertes(NIGHT + timedelta(hours=3))
    assert tell_alertes(NIGHT + timedelta(days=1)) == 1
    assert tell_alertes(NIGHT + timedelta(days=2)) == 0
    assert acknowledge(alerte.id, referent, "permanence du soir", NIGHT + timedelta(days=1))
    builders.mandat(who, place, now=NIGHT + timedelta(minutes=19))
    raise_alertes(NIGHT + timedelta(days=1))
    assert not Alerte.objects.filter(rule="nuit", told_at__isnull=True).exists()


@pytest.mark.django_db
def test_a_word_closes_it_once_and_nobody_answers_for_themselves() -> None:
    place, who = a_night()
    Affectation.objects.filter(compte=who).update(is_referent=True)
    _, referent = referent_of(place)
    _, stranger = referent_of(builders.structure("Ailleurs", siret="99999920400017"))
    raise_alertes(NIGHT + timedelta(hours=1))
    alerte, at = Alerte.objects.get(rule="nuit"), NIGHT + timedelta(hours=3)
    own = Acteur(Kind.COMPTE, who.id, place.id, "referent")
    assert acknowledge(alerte.id, stranger, "vu", at) == Denied(errors_droits.ALERTE_UNKNOWN)
    assert acknowledge(alerte.id, own, "c’était moi", at) == Denied(errors_droits.ALERTE_ONE_S_OWN)
    assert acknowledge(alerte.id, referent, "  ", at) == Denied(errors_droits.ALERTE_WORDLESS)
    assert acknowledge(alerte.id, referent, "permanence du soir", at)
    assert acknowledge(alerte.id, referent, "encore", at) == Denied(errors_droits.ALERTE_SEEN)
    assert Entree.objects.filter(event="alerte:see").count() == 1
    assert Entree.objects.filter(event="alerte:see_refused").count() == 4


@pytest.mark.writes("alerte:raise")
@pytest.mark.django_db
def test_a_year_later_it_is_gone() -> None:
    a_night()
    raised = raise_alertes(NIGHT + timedelta(hours=1))
    assert forget_old(NIGHT + timedelta(days=365)) == 0
    assert forget_old(NIGHT + timedelta(days=366)) == raised > 0


def _raised(now: datetime) -> Alerte:
    raise_alertes(now)
    return Alerte.objects.get(rule="nuit")


@pytest.mark.django_db
def test_the_pages_of_the_referent_the_instructeur_and_the_aidant(query_count: Any) -> None:
    now = timezone.now().replace(hour=23, minute=0) - timedelta(days=1)
    place, who = a_night(now)
    alerte = _raised(now + timedelta(hours=1))
    mine = builders.signed_in(referent_of(place)[0])
    with query_count(6):
        page = mine.get("/alertes")
    assert "Actes de nuit" in page.content.decode()
    assert "NOCTURNE" not in page.content.decode()
    assert mine.post(f"/alertes/{alerte.id}", {"word": ""}).status_code == 422
    assert "C’est noté" in mine.post(f"/alertes/{alerte.id}", {"word": "atelier"}, follow=True).content.decode()
    assert "«\u00a0atelier\u00a0»" in builders.signed_in(instructeur()[0]).get("/alertes").content.decode()
    other = builders.signed_in(referent_of(builders.structure("Ailleurs", siret="99999920400017"))[0])
    assert "Rien d’inhabituel" in other.get("/alertes").content.decode()
    assert other.get(f"/alertes/{alerte.id}").status_code == 404
    aidant: Client = builders.signed_in(who)
    assert aidant.get("/alertes").status_code == 403
    rules = aidant.get("/alertes/regles").content.decode()
    assert "n’accuse personne" in rules
    assert "Actes de nuit" in rules


@pytest.mark.writes("alerte:see", "alerte:see_refused")
def test_two_referents_answer_at_once_and_one_word_stays(committed_db: str) -> None:
    place, _ = a_night()
    pair = [referent_of(place)[1], referent_of(place)[1]]
    alerte = _raised(NIGHT + timedelta(hours=1))
    start, told = threading.Barrier(2), []

    def see(who: Acteur) -> None:
        try:
            start.wait()
            told.append(bool(acknowledge(alerte.id, who, "vu", NIGHT + timedelta(hours=2))))
        finally:
            connection.close()

    threads = [threading.Thread(target=see, args=(who,)) for who in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, True]
    assert Usager.objects.count() == 3
