"""A landline whose holder is away: the service writes to them, and the code that they give is their accord."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.roles import Role
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from mandats.registre.models import AccordContact, Mandat, Usager
from mandats.registre.services.keep import forget_contacts
from mandats.registre.services.purge import purge_brouillons
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text
from tests.mandats.pdf_readers import page_count, words_of

LANDLINE, TYPED = "+33492001177", "04 92 00 11 77"
LETTERS = "/accueil-telephonique/lettres"


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


@pytest.fixture
def accueil(db: None) -> Client:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=Role.ACCUEIL)
    return builders.signed_in(who)


def of(mandat: Mandat, page: str = "/partage") -> str:
    return f"/mandats/{mandat.id}/contacts{page}"


def holder(desk: Desk, email: str = "") -> Mandat:
    """Return a mandat of Odette Février, who has the landline."""
    mandat = desk.mandat(builders.identite(family_name="FÉVRIER", given_name="Odette", sub_digest="f" * 64))
    Usager.objects.filter(pk=mandat.usager_id).update(telephone=LANDLINE, email=email)
    return mandat


def wants(desk: Desk, mandat: Mandat) -> Any:
    """Type the landline for another person, from their record."""
    return desk.client.post(of(mandat, ""), {"email": mandat.usager.email, "telephone": TYPED})


def code_in(words: str) -> str:
    return re.findall(r"ce code\s*: (\d{3}.\d{3})", words)[0]


@pytest.mark.writes("contact:ask", "contact:print", "contact:share")
def test_the_accueil_posts_a_letter_and_its_code_is_the_accord(desk: Desk, accueil: Client) -> None:
    held, mine = holder(desk), desk.mandat()
    assert "que si tous deux sont d’accord" in text(wants(desk, mine))
    shown = text(desk.client.get(of(mine)))
    assert "Lui demander par écrit" in shown
    asked = text(desk.client.post(of(mine), {"write": "1"}))
    assert "reçoit un code par écrit" in asked
    assert "FÉVRIER" not in shown + asked
    assert desk.client.post(of(mine), {"write": "1"}).status_code == 409
    assert "Lettres à poster (1)" in text(accueil.get("/accueil-telephonique"))
    assert "Odette FÉVRIER" in text(accueil.get(LETTERS))
    row = AccordContact.objects.get()
    letter = accueil.post(f"{LETTERS}/accord/{row.id}")
    assert letter["Content-Type"] == "application/pdf"
    words = words_of(letter.content)
    assert (page_count(letter.content), TYPED in words, desk.place.name in words) == (1, True, True)
    again = accueil.post(f"{LETTERS}/accord/{row.id}", follow=True)
    assert "déjà été imprimée" in text(again)
    assert "Aucune lettre n’attend" in text(again)
    assert desk.client.post(of(mine), {"code": "000 000"}).status_code == 403
    back = desk.client.post(of(mine), {"code": code_in(words)}, follow=True)
    assert "Les deux sont d’accord" in text(back)
    assert wants(desk, mine).status_code == 302
    assert Usager.objects.filter(telephone=LANDLINE).count() == 2
    printed = Entree.objects.get(event="contact:print")
    assert (printed.subject_id, printed.structure_id) == (held.usager_id, None)


@pytest.mark.parametrize(("days", "status"), [(29, 302), (31, 403)])
def test_who_has_an_address_is_asked_there_and_answers_within_thirty_days(
    desk: Desk, accueil: Client, days: int, status: int
) -> None:
    holder(desk, "odette@famille-fevrier.fr")
    mine = desk.mandat()
    wants(desk, mine)
    assert desk.client.post(of(mine), {"write": "1"}).status_code == 200
    assert "Aucune lettre n’attend" in text(accueil.get(LETTERS))
    message = message_of(Envoi.objects.get(purpose="contact_accord"))
    assert message is not None
    assert message.to == "odette@famille-fevrier.fr"
    AccordContact.objects.update(code_until=F("code_until") - timedelta(days=days))
    assert desk.client.post(of(mine), {"code": code_in(message.text)}).status_code == status


def test_an_aidant_gives_accord_for_their_own_number_to_a_colleague_alone(desk: Desk) -> None:
    Compte.objects.filter(pk=desk.who.pk).update(telephone=LANDLINE)
    colleague, mine = builders.aidant(desk.place), desk.mandat()
    wants(desk, mine)
    assert "Ce contact est le vôtre" in text(desk.client.get(of(mine)))
    assert "par écrit" not in text(desk.client.get(of(mine)))
    assert desk.client.post(of(mine), {"write": "1"}).status_code == 403
    assert not AccordContact.objects.exists()
    other = Desk(desk.place, colleague, builders.signed_in(colleague))
    wants(other, mine)
    assert other.client.post(of(mine), {"write": "1"}).status_code == 200
    message = message_of(Envoi.objects.get(purpose="contact_accord"))
    assert message is not None
    assert message.to == desk.who.email
    assert other.client.post(of(mine), {"code": code_in(message.text)}).status_code == 302


def test_an_aidant_s_own_address_asks_no_code_of_themselves(desk: Desk) -> None:
    mine, own = desk.mandat(), "nadia@ccas-de-gap.fr"
    Compte.objects.filter(pk=desk.who.pk).update(email=own)
    desk.client.post(of(mine, ""), {"email": own, "telephone": ""})
    assert desk.client.post(of(mine), {"send": "1"}).status_code == 403
    assert not Envoi.objects.filter(purpose="contact_accord").exists()


def test_a_mandat_being_prepared_waits_for_no_letter(desk: Desk) -> None:
    holder(desk)
    brouillon = ways.by_document(desk)
    desk.client.post(ways.address(brouillon, "contacts"), {"email": "", "telephone": TYPED})
    page = ways.address(brouillon, "contacts/partage")
    assert "Concluez sans ce numéro" in text(desk.client.get(page))
    desk.client.post(page, {"write": "1"})
    assert not AccordContact.objects.exists()


def test_a_number_given_up_asks_nobody_any_more(desk: Desk, accueil: Client) -> None:
    held, mine = holder(desk), desk.mandat()
    wants(desk, mine)
    desk.client.post(of(mine), {"write": "1"})
    Usager.objects.filter(pk=held.usager_id).update(telephone="")
    answer = accueil.post(f"{LETTERS}/accord/{AccordContact.objects.get().id}", follow=True)
    assert "n’a plus lieu d’être" in text(answer)
    assert desk.client.post(of(mine), {"write": "1"}).status_code == 409
    assert not AccordContact.objects.exists()
    assert wants(desk, mine).status_code == 302


@pytest.mark.parametrize("gone", ["holder", "time"])
def test_a_request_goes_with_its_holder_or_with_time(desk: Desk, gone: str) -> None:
    held, mine = holder(desk), desk.mandat()
    wants(desk, mine)
    desk.client.post(of(mine), {"write": "1"})
    if gone == "holder":
        forget_contacts(Usager.objects.get(pk=held.usager_id))
    else:
        purge_brouillons(timezone.now() + timedelta(days=61))
    assert not AccordContact.objects.exists()
