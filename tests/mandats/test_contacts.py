"""How the usager is reached: never made up, never the structure's, shared only if both agree, undone for 14 days."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from mandats.registre.coffre import identity_of
from mandats.registre.models import ChangementContact, Mandat, Usager
from mandats.registre.services.contacts import forget_contacts, undo_change
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk(email="accueil@ccas-demonstration.fr", telephone="04 92 00 11 22")


def gives(desk: Desk, brouillon: Any, email: str = "", telephone: str = "") -> Any:
    return desk.client.post(ways.address(brouillon, "contacts"), {"email": email, "telephone": telephone})


def told(address: str) -> str:
    """Return the last message that waits for this contact."""
    found = [message_of(row) for row in Envoi.objects.order_by("-created_at", "-id")]
    texts = [message.text for message in found if message and message.to == address]
    assert texts, address
    return texts[0]


def test_contacts_typed_at_the_desk_go_with_the_mandat(desk: Desk) -> None:
    brouillon = ways.by_document(desk)
    assert gives(desk, brouillon, "odette@famille-fevrier.fr", "06 39 98 00 42").status_code == 302
    ways.draws(desk, brouillon)
    usager = ways.accepts(desk, brouillon).usager
    assert (usager.email, usager.telephone) == ("odette@famille-fevrier.fr", ways.TELEPHONE)
    assert not any(b"famille-fevrier" in bytes(entry.body) for entry in Entree.objects.all())


@pytest.mark.writes("contact:give")
def test_both_may_stay_empty(desk: Desk) -> None:
    brouillon = ways.by_document(desk)
    assert gives(desk, brouillon)["Location"] == ways.address(brouillon, "recapitulatif")


@pytest.mark.parametrize(
    ("email", "telephone", "message"),
    [
        ("aucun@aucun.fr", "", "semble inventé"),
        ("", "06 00 00 00 00", "semble inventé"),
        ("Accueil@CCAS-demonstration.fr", "", "celui de votre structure"),
        ("", "+33 4 92 00 11 22", "celui de votre structure"),
        ("pas une adresse", "", "n’est pas valable"),
        ("", "12", "n’est pas valable"),
    ],
)
def test_a_contact_that_is_nobody_s_is_refused_and_nothing_is_lost(
    desk: Desk, email: str, telephone: str, message: str
) -> None:
    brouillon = ways.by_document(desk)
    answer = gives(desk, brouillon, email, telephone)
    assert answer.status_code == 422
    assert message in text(answer)
    assert (email or telephone) in text(answer)
    brouillon.refresh_from_db()
    identite = identity_of(brouillon)
    assert identite
    assert (identite.email, identite.telephone) == ("", "")


def test_what_franceconnect_gave_is_not_typed_over(desk: Desk) -> None:
    brouillon = desk.identified(builders.IDENTITE)
    assert "FranceConnect a donné l’adresse" in text(desk.client.get(ways.address(brouillon, "contacts")))
    answer = gives(desk, brouillon, "autre@famille-fevrier.fr")
    assert "elle seule la change" in text(answer)
    assert gives(desk, brouillon, builders.IDENTITE.email, "06 39 98 00 42").status_code == 302


def test_an_address_typed_for_want_of_one_serves_franceconnect(desk: Desk) -> None:
    brouillon = desk.identified(builders.identite(email=""))
    gives(desk, brouillon, "odette@famille-fevrier.fr")
    assert "n’a pas donné d’adresse" not in text(desk.client.get(ways.address(brouillon, "recapitulatif")))
    assert gives(desk, brouillon, "odette2@famille-fevrier.fr").status_code == 302


def _holder(desk: Desk, kind: str) -> str:
    """Return a contact that an aidant of elsewhere, or another usager, holds."""
    if kind == "aidant":
        return builders.aidant(builders.structure("Ailleurs"), "nadia@ccas-ailleurs.fr").email
    other = desk.mandat().usager
    Usager.objects.filter(pk=other.pk).update(email="angela@famille-dubois.fr")
    return "angela@famille-dubois.fr"


@pytest.mark.writes("contact:share")
@pytest.mark.parametrize("kind", ["aidant", "usager"])
def test_a_contact_of_somebody_else_is_taken_only_if_both_agree(desk: Desk, kind: str) -> None:
    shared, brouillon = _holder(desk, kind), ways.by_document(desk)
    answer = gives(desk, brouillon, shared.upper())
    assert answer.status_code == 422
    assert "que si tous deux sont d’accord" in text(answer)
    page = ways.address(brouillon, "contacts/partage")
    assert "Envoyer le code" in text(desk.client.get(page))
    assert not Envoi.objects.filter(purpose="contact_accord").exists()
    desk.client.post(page, {"send": "1"})
    code = re.findall(r"\b\d{6}\b", told(shared.upper()))[0]
    wrong = "000000" if code != "000000" else "111111"
    assert desk.client.post(page, {"code": wrong}).status_code == 403
    assert gives(desk, brouillon, shared).status_code == 422
    assert desk.client.post(page, {"code": code})["Location"] == ways.address(brouillon, "contacts")
    assert gives(desk, brouillon, shared).status_code == 302
    assert Entree.objects.filter(event="contact:share", subject_id=brouillon.id).count() == 1
    assert gives(desk, ways.by_document(desk, day="9"), shared).status_code == 422


@pytest.mark.writes("contact:ask", "contact:refuse")
def test_five_wrong_codes_end_the_asking(desk: Desk) -> None:
    shared, brouillon = _holder(desk, "aidant"), ways.by_document(desk)
    gives(desk, brouillon, shared)
    page = ways.address(brouillon, "contacts/partage")
    desk.client.post(page, {"send": "1"})
    code = re.findall(r"\b\d{6}\b", told(shared))[0]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        desk.client.post(page, {"code": wrong})
    assert desk.client.post(page, {"code": code}).status_code == 403


# --- a change, told to the old contact ---


def _with_contacts(desk: Desk) -> Mandat:
    mandat = desk.mandat()
    Usager.objects.filter(pk=mandat.usager_id).update(email="ancienne@famille-dubois.fr", telephone=ways.TELEPHONE)
    return mandat


def changes(desk: Desk, mandat: Mandat, email: str, telephone: str = "06 39 98 00 42") -> Any:
    return desk.client.post(f"/mandats/{mandat.id}/contacts", {"email": email, "telephone": telephone})


def contact_of(mandat: Mandat) -> tuple[str, str]:
    usager = Usager.objects.get(pk=mandat.usager_id)
    return usager.email, usager.telephone


def _code() -> str:
    return re.findall(r"puis le code ([0-9A-Z-]{14})", told("ancienne@famille-dubois.fr"))[0]


def test_the_old_address_is_told_and_undoes_the_change(desk: Desk) -> None:
    mandat = _with_contacts(desk)
    assert changes(desk, mandat, "nouvelle@famille-dubois.fr").status_code == 302
    assert contact_of(mandat)[0] == "nouvelle@famille-dubois.fr"
    code, scanner = _code(), Client()
    letter = told("ancienne@famille-dubois.fr")
    assert "/contact#" not in letter
    assert "Ce message vient du Service des mandats" in letter
    assert "<script" not in scanner.get("/contact").content.decode()
    assert contact_of(mandat)[0] == "nouvelle@famille-dubois.fr"
    assert scanner.post("/contact", {"code": "AAAA-AAAA-AAAA"}).status_code == 422
    refused = json.loads(bytes(Entree.objects.get(event="contact:refuse").body))
    assert refused["facts"] == {"kind": "email", "count": 1}
    assert "Le changement est annulé" in text(scanner.post("/contact", {"code": code.lower()}))
    assert contact_of(mandat)[0] == "ancienne@famille-dubois.fr"
    assert scanner.post("/contact", {"code": code}).status_code == 422


def test_a_structure_whose_mandat_has_ended_changes_no_contact(desk: Desk) -> None:
    mandat = _with_contacts(desk)
    Mandat.objects.filter(pk=mandat.pk).update(ended_at=timezone.now(), motif="revocation")
    assert "Modifier les contacts" not in text(desk.client.get(f"/mandats/{mandat.id}"))
    assert changes(desk, mandat, "nouvelle@famille-dubois.fr").status_code == 422
    assert contact_of(mandat)[0] == "ancienne@famille-dubois.fr"


def test_undoing_the_first_change_undoes_those_after_it(desk: Desk) -> None:
    mandat = _with_contacts(desk)
    changes(desk, mandat, "voleur@un-domaine.fr")
    code = _code()
    changes(desk, mandat, "voleur@un-autre-domaine.fr")
    Client().post("/contact", {"code": code})
    assert contact_of(mandat)[0] == "ancienne@famille-dubois.fr"
    assert not ChangementContact.objects.filter(undone_at__isnull=True).exists()


@pytest.mark.writes("contact:undo")
def test_the_old_number_undoes_by_answering(desk: Desk) -> None:
    mandat = _with_contacts(desk)
    changes(desk, mandat, "ancienne@famille-dubois.fr", "06 39 98 00 77")
    assert "Répondez ANNULER" in told(ways.TELEPHONE)
    assert ways.answers("annuler", "+33639980077") == ""
    assert ways.answers("Annuler !") == "contact"
    assert contact_of(mandat)[1] == ways.TELEPHONE
    assert ways.answers("annuler") == ""


@pytest.mark.parametrize(("later", "undone"), [(timedelta(days=14, seconds=-5), True), (timedelta(days=14), False)])
def test_a_change_may_be_undone_for_fourteen_days(desk: Desk, later: timedelta, undone: bool) -> None:
    mandat = _with_contacts(desk)
    changes(desk, mandat, "nouvelle@famille-dubois.fr")
    change = ChangementContact.objects.get()
    assert bool(undo_change(change.id, way="email", now=change.made_at + later)) is undone
    assert (contact_of(mandat)[0] == "ancienne@famille-dubois.fr") is undone


def test_both_contacts_are_sealed_then_forgotten(desk: Desk) -> None:
    mandat = _with_contacts(desk)
    changes(desk, mandat, "nouvelle@famille-dubois.fr")
    change = ChangementContact.objects.get()
    assert b"famille" not in bytes(change.contacts_sealed or b"")
    assert forget_contacts(change.undo_until - timedelta(seconds=1)) == 0
    assert forget_contacts(change.undo_until) == 1


def test_a_first_contact_is_told_to_nobody(desk: Desk) -> None:
    mandat = desk.mandat(builders.identite(email=""))
    changes(desk, mandat, "odette@famille-fevrier.fr", "")
    assert not ChangementContact.objects.exists()
    assert not Envoi.objects.filter(purpose="contact_change").exists()


def test_a_new_mandat_that_brings_another_address_tells_the_old_one(desk: Desk) -> None:
    person = builders.identite(email="ancienne@famille-dubois.fr")
    mandat = desk.mandat(person)
    desk.mandat(replace(person, email="nouvelle@famille-dubois.fr"))
    assert contact_of(mandat)[0] == "nouvelle@famille-dubois.fr"
    assert "vient de changer" in told("ancienne@famille-dubois.fr")
    desk.mandat(replace(person, email=""))
    assert contact_of(mandat)[0] == "nouvelle@famille-dubois.fr"


def test_two_undo_at_once_and_one_wins(committed_db: str) -> None:
    builders.keys()
    desk = pages_desk.desk()
    mandat = _with_contacts(desk)
    changes(desk, mandat, "nouvelle@famille-dubois.fr")
    change, start, done = ChangementContact.objects.get(), Barrier(3), []

    def undo() -> None:
        start.wait()
        try:
            done.append(bool(undo_change(change.id, way="email", now=timezone.now())))
        finally:
            connections.close_all()

    people = [Thread(target=undo) for _ in range(3)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(done) == [False, False, True]


# --- the number that a consent code is sent to ---


def _asks_code(desk: Desk, brouillon: Any, telephone: str) -> Any:
    desk.client.get(ways.address(brouillon, "recapitulatif"))
    return desk.client.post(ways.address(brouillon, "accord/envoi-du-code"), {"telephone": telephone})


def _number_known(desk: Desk, whose: str) -> str:
    """Return a number that the service knows as somebody else's."""
    if whose == "structure":
        return "04 92 00 11 22"
    other = desk if whose == "usager" else pages_desk.desk("Ailleurs", siret="99999920400010")
    Usager.objects.filter(pk=other.mandat().usager_id).update(telephone=ways.TELEPHONE)
    return "06 39 98 00 42"


@pytest.mark.writes("consentement:refuse")
@pytest.mark.parametrize(
    ("whose", "reason"),
    [("structure", "contact.of_structure"), ("usager", "contact.shared"), ("usager of elsewhere", "contact.shared")],
)
def test_no_consent_code_goes_to_somebody_else(desk: Desk, settings: Any, whose: str, reason: str) -> None:
    settings.SMS_BACKEND = "file"
    settings.SMS_DIR = "unwritable"
    number, brouillon = _number_known(desk, whose), desk.identified()
    refused = _asks_code(desk, brouillon, number)
    assert refused.status_code == 422
    assert f'value="{number}"' in text(refused)
    brouillon.refresh_from_db()
    assert (brouillon.code_sent_at, brouillon.code_sends) == (None, 0)
    entry = Entree.objects.filter(event="consentement:refuse", subject_id=brouillon.id).latest("id")
    assert entry.reason == reason


def test_a_consent_code_goes_to_a_shared_number_once_both_agree(desk: Desk, settings: Any, tmp_path: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_DIR = "file", str(tmp_path)
    number, brouillon = _number_known(desk, "usager"), desk.identified(builders.IDENTITE)
    assert _asks_code(desk, brouillon, number).status_code == 422
    gives(desk, brouillon, builders.IDENTITE.email, number)
    page = ways.address(brouillon, "contacts/partage")
    desk.client.post(page, {"send": "1"})
    code = re.findall(r"\b\d{6}\b", told(ways.TELEPHONE))[0]
    assert desk.client.post(page, {"code": code}).status_code == 302
    assert _asks_code(desk, brouillon, number).status_code == 302


@pytest.mark.writes("consentement:send_code")
def test_a_consent_code_goes_to_the_number_that_is_the_usager_s_own(desk: Desk, settings: Any, tmp_path: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_DIR = "file", str(tmp_path)
    person = builders.identite()
    Usager.objects.filter(pk=desk.mandat(person).usager_id).update(telephone=ways.TELEPHONE)
    assert _asks_code(desk, desk.identified(person), "06 39 98 00 42").status_code == 302


# --- the address that FranceConnect gives, when it is somebody else's ---


@pytest.mark.parametrize("kind", ["aidant", "usager"])
def test_nobody_writes_to_an_address_of_franceconnect_that_is_somebody_else_s(desk: Desk, kind: str) -> None:
    shared = _holder(desk, kind)
    brouillon = desk.identified(builders.identite(email=shared.upper()))
    assert "le service n’y écrira pas" in text(desk.client.get(ways.address(brouillon, "contacts")))
    assert gives(desk, brouillon, shared.upper()).status_code == 302
    ways.draws(desk, brouillon)
    usager = ways.accepts(desk, brouillon).usager
    assert (usager.email, usager.franceconnect_email) == ("", shared.upper())
    entry = Entree.objects.get(event="contact:refuse", subject_id=brouillon.id)
    assert entry.reason == "contact.shared"
    assert shared.encode() not in bytes(entry.body)


def test_an_address_of_franceconnect_is_written_to_once_both_agree(desk: Desk) -> None:
    shared = _holder(desk, "usager")
    brouillon = desk.identified(builders.identite(email=shared))
    assert "Demander l’accord de l’autre" in text(desk.client.get(ways.address(brouillon, "contacts")))
    page = ways.address(brouillon, "contacts/partage")
    desk.client.post(page, {"send": "1"})
    code = re.findall(r"\b\d{6}\b", told(shared))[0]
    assert desk.client.post(page, {"code": code}).status_code == 302
    assert "n’y écrira pas" not in text(desk.client.get(ways.address(brouillon, "contacts")))
    ways.draws(desk, brouillon)
    usager = ways.accepts(desk, brouillon).usager
    assert (usager.email, usager.franceconnect_email) == (shared, "")


def test_the_contact_of_before_stays_when_franceconnect_brings_somebody_else_s(desk: Desk) -> None:
    shared, person = _holder(desk, "aidant"), builders.identite(email="ancienne@famille-dubois.fr")
    mandat = desk.mandat(person)
    desk.mandat(replace(person, email=shared))
    mandat.usager.refresh_from_db()
    assert (mandat.usager.email, mandat.usager.franceconnect_email) == ("ancienne@famille-dubois.fr", shared)
    desk.mandat(person)
    mandat.usager.refresh_from_db()
    assert (mandat.usager.email, mandat.usager.franceconnect_email) == ("ancienne@famille-dubois.fr", "")
