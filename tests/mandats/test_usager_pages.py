"""The usager opens their page, sees everything, stops the mandat; nobody guesses, nobody is locked out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.journal.models import Entree, Leaf, RefusCompte
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tlog_proof import Proof
from mandats.domain.codes import new_code
from mandats.domain.durees import local_date
from mandats.pages.usager import session as usager_session
from mandats.registre.models import CodeUsager, Mandat, Verification
from mandats.registre.papers import produce_document
from mandats.registre.services.uses import declare_utilisation
from mandats.registre.services.volet import CodesVolet, check_code, renew_codes, show_codes
from tests import builders
from tests.mandats.usager_desk import codes, inside, mandat, page_of, typed

__all__ = ["codes", "inside", "mandat"]

pytestmark = pytest.mark.django_db


def test_the_volet_opens_the_page_of_one_mandat(inside: Client, mandat: Mandat) -> None:
    assert inside.get("/usager/mandats")["Location"] == page_of(mandat)
    page = inside.get(page_of(mandat))
    text = page.content.decode()
    for seen in ("CCAS de Démonstration", "Camille Martin", mandat.reference, "Logement", "Famille - Scolarité"):
        assert seen in text
    assert "Arrêter ce mandat" in text
    assert page["Cache-Control"].startswith("max-age=0")
    assert "<script" not in text.split("<main")[1].split("</main>")[0]


def test_the_journal_tells_the_usager_and_not_the_structure(inside: Client, mandat: Mandat) -> None:
    entry = Entree.objects.get(event="usager:enter")
    assert (entry.subject_id, entry.structure_id, entry.acteur_kind) == (mandat.usager_id, None, "usager")
    inside.get(f"{page_of(mandat)}/document")
    assert not Entree.objects.filter(subject_id=mandat.id, acteur_kind="usager").exists()


@pytest.mark.reaches("GET mandats:usager_document")
def test_the_usager_takes_their_own_copy(inside: Client, mandat: Mandat) -> None:
    produce_document(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    copy = inside.get(f"{page_of(mandat)}/document")
    assert copy.content == bytes(mandat.documents.get(kind="mandat").content)
    assert copy["Content-Disposition"] == f'attachment; filename="mandat-{mandat.reference}.pdf"'
    entry = Entree.objects.get(event="document:consult")
    assert (entry.subject_id, entry.structure_id) == (mandat.usager_id, None)


@pytest.mark.parametrize(
    "changes", [{"code": new_code()}, {"day": "25"}, {"year": "1963"}, {"reference": "GAP7-K3XW-9B"}, {"day": ""}]
)
def test_whatever_is_wrong_the_answer_is_the_same(mandat: Mandat, codes: CodesVolet, changes: dict[str, str]) -> None:
    client = Client()
    answer = client.post("/usager", typed(mandat, codes, **changes))
    assert answer.status_code == 403
    assert "ne correspondent à aucun mandat" in answer.content.decode()
    assert "usager" not in client.session
    assert Entree.objects.get(event="usager:enter_refused").subject_id is None


@pytest.mark.writes("usager:enter_refused")
def test_the_verification_code_opens_nothing(mandat: Mandat, codes: CodesVolet) -> None:
    assert Client().post("/usager", typed(mandat, codes, code=codes.verification)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "1234 5678 9012 3456"}, "erreur de frappe"),
        ({"code": "123"}, "erreur de frappe"),
        ({"reference": "GAP7-K3XW-9C"}, "comporte une erreur"),
        ({"year": "62"}, "quatre chiffres"),
        ({"day": "40"}, "quatre chiffres"),
    ],
)
def test_a_slip_of_the_finger_is_told_and_not_counted(
    mandat: Mandat, codes: CodesVolet, changes: dict[str, str], told: str
) -> None:
    if "code" in changes:
        wrong = codes.revocation[:-1] + str((int(codes.revocation[-1]) + 1) % 10)
        changes = {"code": wrong} if len(changes["code"]) > 3 else changes
    answer = Client().post("/usager", typed(mandat, codes, **changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not RefusCompte.objects.exists()


@pytest.mark.writes("usager:enter")
@pytest.mark.usefixtures("one_minute")
def test_five_wrong_tries_then_a_wait_that_franceconnect_ignores(mandat: Mandat, codes: CodesVolet) -> None:
    client = Client()
    for _ in range(5):
        assert client.post("/usager", typed(mandat, codes, code=new_code())).status_code == 403
    waiting = client.post("/usager", typed(mandat, codes))
    assert waiting.status_code == 429
    assert 600 <= int(waiting["Retry-After"]) <= 660
    assert "FranceConnect" in waiting.content.decode()
    assert RefusCompte.objects.get(kind="usager:enter_refused/reference").count == 5
    request = waiting.wsgi_request
    usager_session.enter_by_franceconnect(request, mandat.usager_id, timezone.now())
    assert usager_session.current(request, timezone.now())
    RefusCompte.objects.update(minute=timezone.now() - timedelta(minutes=12))
    assert client.post("/usager", typed(mandat, codes)).status_code == 302


def test_the_limit_is_kept_by_reference_and_by_address(mandat: Mandat, codes: CodesVolet) -> None:
    wrong = typed(mandat, codes, code=new_code())
    for number in range(5):
        assert Client().post("/usager", wrong, REMOTE_ADDR=f"192.0.2.{number}").status_code == 403
    assert Client().post("/usager", typed(mandat, codes), REMOTE_ADDR="192.0.2.99").status_code == 429
    RefusCompte.objects.filter(kind__endswith="/adresse").update(count=30)
    other = typed(mandat, codes, reference="GAP7-K3XW-9B")
    assert Client().post("/usager", other, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert Client().post("/usager", other, REMOTE_ADDR="192.0.2.98").status_code == 403


def test_fifteen_minutes_without_an_act_close_the_page(
    inside: Client, mandat: Mandat, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for minutes, status in ((14, 200), (28, 200), (44, 302)):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=now + timedelta(minutes=minutes): at)
        assert inside.get(page_of(mandat)).status_code == status
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert inside.get(page_of(mandat)).status_code == 302


@pytest.mark.parametrize("by", ["printed", "shown"])
def test_codes_that_were_replaced_keep_nobody_in(inside: Client, mandat: Mandat, by: str) -> None:
    assert inside.get(page_of(mandat)).status_code == 200
    anew = {"printed": renew_codes, "shown": show_codes}[by]
    codes = anew(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    assert inside.post(f"{page_of(mandat)}/suspendre")["Location"] == "/usager"
    mandat.refresh_from_db()
    assert mandat.suspended_at is None
    assert "vos codes ont été remplacés" in inside.get("/usager").content.decode()
    assert "remplacés" not in inside.get("/usager").content.decode()
    assert inside.post("/usager", typed(mandat, codes))["Location"] == "/usager/mandats"
    assert inside.get(page_of(mandat)).status_code == 200


def test_an_hour_closes_the_page_whatever_is_done_and_takes_what_was_being_typed(
    inside: Client, mandat: Mandat, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for minutes in (14, 28, 42, 56):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=now + timedelta(minutes=minutes): at)
        assert inside.get(page_of(mandat)).status_code == 200
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(minutes=61))
    answer = inside.post(f"{page_of(mandat)}/suspendre")
    mandat.refresh_from_db()
    assert mandat.suspended_at is not None
    assert inside.get(answer["Location"])["Location"] == "/usager"
    assert "Votre page est fermée" in inside.get("/usager").content.decode()


def test_closing_is_one_button(inside: Client, mandat: Mandat) -> None:
    assert inside.post("/usager/fermer")["Location"] == "/usager"
    assert inside.get(page_of(mandat))["Location"] == "/usager"


def test_an_aidant_s_sign_in_and_an_usager_s_page_never_meet(mandat: Mandat, codes: CodesVolet) -> None:
    client = builders.signed_in(mandat.aidant)
    client.post("/usager", typed(mandat, codes))
    assert client.get("/accueil")["Location"].startswith("/connexion")
    assert client.get(page_of(mandat)).status_code == 200
    signing_in = {"email": mandat.aidant.email, "password": builders.PASSWORD}
    client.post("/connexion", signing_in | {"code": builders.totp_code(mandat.aidant)})
    assert client.get(page_of(mandat))["Location"] == "/usager"


@pytest.mark.writes("mandat:sign")
def test_another_mandat_answers_as_an_unknown_one(inside: Client, mandat: Mandat) -> None:
    place = builders.structure("Mairie", siret="99999910500029")
    other = builders.mandat(builders.aidant(place), place, now=timezone.now())
    Mandat.objects.filter(pk=other.pk).update(usager=mandat.usager)
    part = other.autorisations.get()
    for path in ("", "/document", "/arreter", f"/arreter/{part.id}"):
        assert inside.get(page_of(other) + path).status_code == 404
    assert inside.get(f"{page_of(mandat)}/arreter/{part.id}").status_code == 404
    for path in ("/arreter", "/code", "/code/annuler"):
        assert inside.post(page_of(other) + path).status_code == 404
    assert Mandat.objects.get(pk=other.pk).ended_at is None


def test_stopping_asks_once_and_ends_everything(inside: Client, mandat: Mandat) -> None:
    question = inside.get(f"{page_of(mandat)}/arreter").content.decode()
    assert "Oui, arrêter maintenant" in question
    assert "pas à dire pourquoi" in question
    assert Mandat.objects.get(pk=mandat.pk).ended_at is None
    after = inside.post(f"{page_of(mandat)}/arreter", follow=True).content.decode()
    assert "dès maintenant" in after
    assert "Ce mandat est arrêté" in after
    mandat.refresh_from_db()
    assert mandat.motif == "revocation"
    assert not mandat.autorisations.filter(ended_at__isnull=True).exists()
    entry = Entree.objects.get(event="mandat:revoke")
    assert (entry.acteur_kind, entry.acteur_id) == ("usager", mandat.usager_id)
    assert "déjà pris fin" in inside.post(f"{page_of(mandat)}/arreter", follow=True).content.decode()


@pytest.mark.writes("autorisation:revoke")
def test_one_demarche_may_be_stopped_alone(inside: Client, mandat: Mandat) -> None:
    part = mandat.autorisations.get(demarche="logement")
    path = f"{page_of(mandat)}/arreter/{part.id}"
    assert "Le reste du mandat continue" in inside.get(path).content.decode()
    inside.post(path)
    part.refresh_from_db()
    mandat.refresh_from_db()
    assert (part.motif, mandat.ended_at) == ("revocation", None)


@pytest.mark.writes("code:cancel", "code:renew")
def test_a_new_code_is_shown_once_and_may_be_cancelled(inside: Client, mandat: Mandat, codes: CodesVolet) -> None:
    made = inside.post(f"{page_of(mandat)}/code")
    code = made.content.decode().split('id="code">')[1].split("<")[0]
    assert check_code(mandat.id, "verification", code, timezone.now())
    assert not check_code(mandat.id, "verification", codes.verification, timezone.now())
    assert code not in inside.get(page_of(mandat)).content.decode()
    assert inside.get(f"{page_of(mandat)}/code").status_code == 405
    inside.post(f"{page_of(mandat)}/code/annuler")
    assert not CodeUsager.objects.filter(kind="verification", ended_at__isnull=True).exists()
    assert "Aucun code" in inside.get(page_of(mandat)).content.decode()


def test_the_page_tells_uses_consultations_and_verifications(inside: Client, mandat: Mandat) -> None:
    now = timezone.now()
    doer = builders.acteur(mandat.aidant, mandat.structure)
    part = mandat.autorisations.get(demarche="logement")
    told: dict[str, Any] = {
        "channel": "telephone",
        "body": "CAF de Paris",
        "description": "demande d’APL",
        "used_on": local_date(now, mandat.time_zone),
    }
    declare_utilisation(part.id, doer, now=now, **told)
    for authenticated, name in ((True, "Allocations"), (False, "Mairie d’Ailleurs")):
        Verification.objects.create(
            mandat=mandat,
            organisation=name,
            authenticated=authenticated,
            way="page",
            demarche="logement",
            answer="couvre",
            created_at=now,
        )
    text = inside.get(page_of(mandat)).content.decode()
    for seen in (
        "CAF de Paris",
        "Déclaré par l’aidant",
        "(organisme vérifié)",
        "(nom écrit par la personne qui a vérifié)",
        "Mairie d’Ailleurs",
    ):
        assert seen in text


def test_by_franceconnect_all_mandats_in_all_structures(mandat: Mandat) -> None:
    place = builders.structure("Mairie de Cayenne", siret="99999910500029", time_zone="America/Cayenne")
    other = builders.mandat(builders.aidant(place), place, now=timezone.now())
    Mandat.objects.filter(pk=other.pk).update(usager=mandat.usager)
    client = Client()
    request = client.get("/usager").wsgi_request
    usager_session.enter_by_franceconnect(request, mandat.usager_id, timezone.now())
    request.session.save()
    client.cookies["mandats_session"] = str(request.session.session_key)
    page = client.get("/usager/mandats").content.decode()
    assert "CCAS de Démonstration" in page
    assert "Mairie de Cayenne" in page
    assert client.get(page_of(other)).status_code == 200


def test_the_page_says_that_the_mandat_is_in_the_journal_and_hands_the_proof(inside: Client, mandat: Mandat) -> None:
    assert "En cours d’inscription" in inside.get(page_of(mandat)).content.decode()
    assert inside.get(f"{page_of(mandat)}/preuve").status_code == 404
    integrate(timezone.now())
    number = Leaf.objects.get(entree__event="mandat:sign").number
    assert f"Inscrit au journal, n° {number}, vérifié." in inside.get(page_of(mandat)).content.decode()
    answer = inside.get(f"{page_of(mandat)}/preuve")
    assert answer["Content-Disposition"] == f'attachment; filename="mandat-{mandat.reference}.tlog-proof"'
    read = Proof.parse(answer.content.decode())
    assert (read.index, read.verify(journal_signer().verifier)) == (number, Leaf.objects.count())
    assert str(mandat.id) in read.content.decode()


@pytest.mark.writes("document:consult")
def test_query_counts(inside: Client, mandat: Mandat, codes: CodesVolet, query_count: Callable[[int], Any]) -> None:
    with query_count(0):
        Client().get("/usager")
    with query_count(11):
        inside.get(page_of(mandat))
    integrate(timezone.now())
    with query_count(12):  # the entry with the last checkpoint, then the path between them
        inside.get(page_of(mandat))
    with query_count(10):
        inside.get(f"{page_of(mandat)}/preuve")
    with query_count(4):
        inside.get(f"{page_of(mandat)}/arreter")
