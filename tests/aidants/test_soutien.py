"""Kits from the order to the loss, and the calls of the national line: taken once only, their number forgotten."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.soutien import calls
from aidants.dispositif.soutien.models import AppelSolidarite, CommandeKit
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.mandats.pages_desk import text


def agent(role: str) -> Client:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role)
    return builders.signed_in(who)


@pytest.fixture
def place(db: None) -> Structure:
    return builders.structure(insee_code="05061")


def referent(place: Structure) -> Client:
    who = builders.compte()
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    return builders.signed_in(who)


@pytest.mark.writes("kit:move", "kit:move_refused", "kit:order", "kit:order_refused")
def test_a_kit_is_ordered_sent_received_and_lost(place: Structure) -> None:
    mine, state = referent(place), agent("instructeur")
    assert mine.post("/kits", {"ordinateur": "0"}).status_code == 422
    assert mine.post("/kits", {"ordinateur": "11"}).status_code == 422
    assert mine.post("/kits", {"ordinateur": "2", "guide": "1"}).status_code == 302
    order = CommandeKit.objects.get()
    mine.post(f"/kits/{order.id}", {"etat": "recue"})
    order.refresh_from_db()
    assert order.etat == "commandee"
    assert "2 × Ordinateur portable" in text(state.get("/kits/envois"))
    state.post(f"/kits/envois/{order.id}", {"tracking": "6A 123 456"})
    assert "6A123456" in text(mine.get("/kits"))
    stranger = referent(builders.structure("Ailleurs"))
    assert stranger.post(f"/kits/{order.id}", {"etat": "recue"}).status_code == 404
    for etat in ("recue", "perdue", "recue"):
        mine.post(f"/kits/{order.id}", {"etat": etat})
        order.refresh_from_db()
        assert order.etat == etat
    mine.post(f"/kits/{order.id}", {"etat": "commandee"})
    assert Entree.objects.filter(event="kit:move_refused").count() == 2


def conseiller(place: Structure) -> Compte:
    who = builders.aidant(place)
    Affectation.objects.filter(compte=who).update(is_conseiller=True)
    return who


def received(departement: str = "05") -> AppelSolidarite:
    given = {"departement": departement, "theme": "internet", "telephone": "06 12 34 56 78"}
    assert agent("accueil").post("/appels-solidarite/nouveau", given).status_code == 302
    return AppelSolidarite.objects.get(departement=departement)


@pytest.mark.writes("appel_solidarite:call_back", "appel_solidarite:end", "appel_solidarite:move_refused")
@pytest.mark.reaches("GET aidants:calls", "POST aidants:call_back", "POST aidants:call_end", "POST aidants:call_take")
def test_a_call_is_taken_called_back_ended_and_its_number_forgotten(place: Structure) -> None:
    wrong = agent("accueil").post(
        "/appels-solidarite/nouveau", {"departement": "05", "theme": "internet", "telephone": "12"}
    )
    assert wrong.status_code == 422
    call, elsewhere = received(), received("38")
    assert b"612345678" not in bytes(call.telephone_sealed)
    browser, other = builders.signed_in(conseiller(place)), builders.signed_in(conseiller(place))
    page = text(browser.get("/appels-solidarite"))
    assert page.count("Prendre<span") == 1
    assert "612345678" not in page
    browser.post(f"/appels-solidarite/{call.id}/prise")
    other.post(f"/appels-solidarite/{call.id}/prise")
    other.post(f"/appels-solidarite/{elsewhere.id}/prise")
    assert Entree.objects.filter(event="appel_solidarite:take_refused").count() == 2
    assert "+33612345678" in text(browser.get("/appels-solidarite"))
    assert "+33612345678" not in text(other.get("/appels-solidarite"))
    other.post(f"/appels-solidarite/{call.id}/rappel")
    browser.post(f"/appels-solidarite/{call.id}/rappel")
    assert browser.post(f"/appels-solidarite/{call.id}/fin", {"outcome": "nom"})["Location"] == "/appels-solidarite"
    answer = browser.post(f"/appels-solidarite/{call.id}/fin", {"outcome": "aide"})
    assert answer["Location"] == "/activite"
    form = text(browser.get("/activite"))
    assert [one for one in form.split("<input") if 'value="appel_solidarite"' in one and "checked" in one]
    call.refresh_from_db()
    assert (bytes(call.telephone_sealed), call.outcome) == (b"", "aide")
    assert builders.signed_in(builders.aidant(place)).get("/appels-solidarite").status_code == 403


def test_a_call_forgotten_returns_to_the_queue(place: Structure) -> None:
    call, who = received(), conseiller(place)
    builders.signed_in(who).post(f"/appels-solidarite/{call.id}/prise")
    AppelSolidarite.objects.update(taken_at=timezone.now() - calls.GIVEN_BACK_AFTER * 2)
    assert calls.give_back_forgotten(timezone.now()) == 1
    assert calls.waiting_calls("05").count() == 1


@pytest.mark.writes("appel_solidarite:queue", "appel_solidarite:take", "appel_solidarite:take_refused")
def test_two_take_the_same_call(committed_db: str) -> None:
    place = builders.structure(insee_code="05061")
    people = [conseiller(place) for _ in range(4)]
    doer = builders.acteur(people[0], place)
    call = calls.queue_call("05", "+33612345678", "internet", doer, timezone.now())
    done: list[bool] = []

    def take(who: Compte) -> None:
        taken = calls.take_call(call.id, "05", builders.acteur(who, place), timezone.now())
        done.append(not isinstance(taken, Denied))
        connection.close()

    threads = [threading.Thread(target=take, args=(who,)) for who in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [False, False, False, True]
    assert AppelSolidarite.objects.get().taken_by is not None
