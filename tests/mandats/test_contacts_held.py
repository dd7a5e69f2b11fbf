"""Contacts that somebody holds already, whoever and however late they are found; landlines, which receive nothing."""

import re
from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from mandats.domain.contacts import UNDO_LIVES
from mandats.registre.coffre import FrozenTexts
from mandats.registre.models import Avis, Brouillon, ChangementContact, Usager
from mandats.registre.plis import plis_of_accueil, render_pli
from mandats.registre.services.brouillons import freeze, identify
from mandats.registre.services.contacts import forget_contacts, undo_change
from mandats.registre.services.contacts_bureau import change_contact, give_contacts
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text
from tests.mandats.pdf_readers import words_of
from tests.mandats.racing import PROCESSES, race

LANDLINE, TYPED_LANDLINE = "+33492001177", "04 92 00 11 77"


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def gives(desk: Desk, brouillon: Brouillon, email: str = "", telephone: str = "") -> Any:
    return desk.client.post(ways.address(brouillon, "contacts"), {"email": email, "telephone": telephone})


def posted() -> list[tuple[str, str]]:
    """Return what waits to leave: to whom, and the words."""
    return [(message.to, message.text) for row in Envoi.objects.all() if (message := message_of(row))]


# --- an aidant's own telephone ---


def _aidant_s_number(desk: Desk, whose: str) -> str:
    """Write, on an account of here or of elsewhere, the number that people dial as 06 39 98 00 42."""
    place = desk.place if whose == "here" else builders.structure("Ailleurs", siret="99999920400010")
    who = builders.aidant(place)
    Compte.objects.filter(pk=who.pk).update(telephone=ways.TELEPHONE)
    return "06.39.98.00.42"


@pytest.mark.parametrize("whose", ["here", "elsewhere"])
def test_an_aidant_s_telephone_is_no_usager_s_whatever_the_structure(desk: Desk, whose: str) -> None:
    number, brouillon = _aidant_s_number(desk, whose), ways.by_document(desk)
    assert "que si tous deux sont d’accord" in text(gives(desk, brouillon, telephone=number))
    page = ways.address(brouillon, "contacts/partage")
    desk.client.post(page, {"send": "1"})
    code = re.findall(r"\b\d{6}\b", dict(posted())[ways.TELEPHONE])[0]
    assert desk.client.post(page, {"code": code}).status_code == 302
    assert gives(desk, brouillon, telephone=number).status_code == 302


def test_no_consent_code_goes_to_an_aidant_s_telephone(desk: Desk) -> None:
    number, brouillon = _aidant_s_number(desk, "elsewhere"), desk.identified()
    desk.client.get(ways.address(brouillon, "recapitulatif"))
    answer = desk.client.post(ways.address(brouillon, "accord/envoi-du-code"), {"telephone": number})
    assert answer.status_code == 422
    assert Entree.objects.get(event="consentement:refuse", subject_id=brouillon.id).reason == "contact.shared"
    assert ways.asks_by_sms(desk, brouillon, telephone=number).status_code == 422
    assert posted() == []


# --- two desks at once ---


def _ready(place: Any, now: Any, email: str, *, typed: bool) -> tuple[Compte, Brouillon]:
    """Return a desk and its brouillon, consented, of a person of their own with an address that others have too."""
    who = builders.aidant(place)
    doer, made = builders.acteur(who, place), builders.brouillon(who, place, now=now)
    assert identify(made.id, builders.identite(email="" if typed else email), builders.PREUVE, doer, now)
    if typed:
        assert give_contacts(made.id, email, "", doer, now)
    texts = freeze(made.id, doer, now)
    assert isinstance(texts, FrozenTexts)
    assert builders.consent_by_drawing(made.id, builders.signature_png(), texts.text_sha256, doer, now)
    return who, made


@pytest.mark.parametrize("typed", [False, True], ids=["franceconnect", "typed"])
def test_one_address_of_several_persons_who_conclude_at_once_is_one_person_s(committed_db: str, typed: bool) -> None:
    builders.keys()
    place, now, email = builders.structure(), timezone.now(), "famille@martin-dupond.fr"
    made = [_ready(place, now, email, typed=typed) for _ in range(PROCESSES)]
    said = Counter(race(committed_db, [["sign", str(who.id), str(place.id), str(row.id)] for who, row in made]))
    assert Usager.objects.filter(email=email).count() == 1
    if typed:
        assert said == {"done": 1, "contact.shared": PROCESSES - 1}
    else:
        assert said == {"done": PROCESSES}
        assert Usager.objects.filter(email="", franceconnect_email=email).count() == PROCESSES - 1


def test_a_contact_taken_before_the_signature_sends_back_and_loses_nothing(desk: Desk) -> None:
    brouillon = ways.by_document(desk)
    gives(desk, brouillon, telephone="06 39 98 00 42")
    ways.draws(desk, brouillon)
    other = desk.mandat().usager
    Usager.objects.filter(pk=other.pk).update(telephone=ways.TELEPHONE)
    answer = desk.client.post(ways.address(brouillon, "acceptation"), {"code": desk.code()}, follow=True)
    assert answer.redirect_chain[-1][0] == ways.address(brouillon, "contacts")
    assert "l’accord donné reste valable" in text(answer)
    assert gives(desk, brouillon, telephone="06 39 98 00 42").status_code == 422
    assert gives(desk, brouillon)["Location"] == ways.address(brouillon, "acceptation")
    assert ways.accepts(desk, brouillon).usager.telephone == ""


def test_the_recap_says_what_the_service_will_not_write_to(desk: Desk) -> None:
    shared = builders.aidant(builders.structure("Ailleurs"), "nadia@ccas-ailleurs.fr").email
    brouillon = desk.identified(builders.identite(email=shared))
    gives(desk, brouillon, shared, TYPED_LANDLINE)
    for page in ("contacts", "recapitulatif"):
        shown = text(desk.client.get(ways.address(brouillon, page)))
        assert "le service n’y écrira pas" in shown
        assert "Un téléphone fixe ne reçoit pas de SMS" in shown
        assert "Les relevés sont remis sur papier" in shown
    plain = desk.identified()
    assert "n’y écrira pas" not in text(desk.client.get(ways.address(plain, "recapitulatif")))


def test_what_is_theirs_already_is_not_judged_again(desk: Desk) -> None:
    mandat = desk.mandat(builders.identite(email="odette@example.org"))
    page = f"/mandats/{mandat.id}/contacts"
    given = {"email": "Odette@example.org", "telephone": "06 39 98 00 42"}
    assert desk.client.post(page, given).status_code == 302
    mandat.usager.refresh_from_db()
    assert (mandat.usager.email, mandat.usager.telephone) == ("odette@example.org", ways.TELEPHONE)
    assert desk.client.post(page, given | {"email": "autre@example.org"}).status_code == 422


# --- a landline ---


def _with_landline(desk: Desk, email: str = "") -> Any:
    brouillon = ways.by_document(desk)
    assert gives(desk, brouillon, email, TYPED_LANDLINE).status_code == 302
    ways.draws(desk, brouillon)
    mandat = ways.accepts(desk, brouillon)
    assert mandat.usager.telephone == LANDLINE
    return mandat


def test_uses_and_ends_of_who_has_a_landline_wait_on_paper(desk: Desk) -> None:
    mandat = _with_landline(desk)
    builders.utilisation(mandat)
    assert desk.client.post(f"/mandats/{mandat.id}/arret", {"code": desk.code()}).status_code == 302
    assert set(Avis.objects.values_list("kind", "channel")) == {("utilisation", "courrier"), ("fin", "courrier")}
    assert posted() == []


@pytest.mark.parametrize("way", ["code", "sms"])
def test_consent_is_never_asked_of_a_landline(desk: Desk, way: str) -> None:
    brouillon = desk.identified()
    if way == "code":
        desk.client.get(ways.address(brouillon, "recapitulatif"))
        answer = desk.client.post(ways.address(brouillon, "accord/envoi-du-code"), {"telephone": TYPED_LANDLINE})
    else:
        answer = ways.asks_by_sms(desk, brouillon, telephone=TYPED_LANDLINE)
    assert answer.status_code == 422
    assert "il ne reçoit pas de SMS" in text(answer)
    assert Entree.objects.get(event="consentement:refuse", subject_id=brouillon.id).reason == "contact.no_sms"
    assert posted() == []


@pytest.mark.parametrize("email", ["", "odette@famille-fevrier.fr"])
def test_a_change_of_landline_is_told_where_it_can_be(desk: Desk, email: str) -> None:
    mandat = _with_landline(desk, email)
    doer = Acteur(Kind.USAGER, mandat.usager_id)
    before = len(posted())
    assert change_contact(
        mandat.usager_id, "telephone", ways.TELEPHONE, None, doer, way="page_usager", now=timezone.now()
    )
    if email:
        (to, words) = posted()[before:][0]
        code = re.findall(r"puis le code ([0-9A-Z-]{14})", words)[0]
        assert to == email
        assert "Le changement est annulé" in text(ways.stranger().post("/contact", {"code": code}))
        assert Usager.objects.get(pk=mandat.usager_id).telephone == LANDLINE
    else:
        assert len(posted()) == before
        letter = Avis.objects.get(kind="contact")
        assert (letter.channel, letter.office) == ("courrier", "accueil")
        assert "nous suspendons vos mandats" in letter.texte
        (pli,) = plis_of_accueil()
        printed = words_of(render_pli(pli, timezone.now(), from_accueil=True))
        code = re.findall(r"le code ([0-9A-Z-]{14})", printed)[0]
        assert code not in letter.texte
        assert "Le changement est annulé" in text(ways.stranger().post("/contact", {"code": code}))
        assert Usager.objects.get(pk=mandat.usager_id).telephone == LANDLINE


# --- a contact given up, while the change may be undone ---


def _moved(desk: Desk, old: str, email: str = "") -> Usager:
    """Return somebody whose telephone just changed from ``old``."""
    usager = desk.mandat().usager
    Usager.objects.filter(pk=usager.pk).update(telephone=old, email=email)
    assert change_contact(usager.id, "telephone", "+33639980077", None, desk.acteur, way="aidant", now=timezone.now())
    return usager


def test_a_number_given_up_is_its_holder_s_while_they_may_take_it_back(desk: Desk) -> None:
    """Who moves somebody's number away gives it to nobody else meanwhile: « ANNULER » finds it free."""
    usager, brouillon = _moved(desk, ways.TELEPHONE), ways.by_document(desk)
    assert "que si tous deux sont d’accord" in text(gives(desk, brouillon, telephone="06 39 98 00 42"))
    assert ways.answers("annuler") == "contact"
    usager.refresh_from_db()
    assert usager.telephone == ways.TELEPHONE
    assert change_contact(usager.id, "telephone", "", None, desk.acteur, way="aidant", now=timezone.now())
    forget_contacts(timezone.now() + UNDO_LIVES)
    assert gives(desk, brouillon, telephone="06 39 98 00 42").status_code == 302


def test_a_landline_that_somebody_gave_meanwhile_is_not_shared_by_an_undoing(desk: Desk) -> None:
    usager, brouillon = _moved(desk, LANDLINE, "odette@famille-fevrier.fr"), ways.by_document(desk)
    assert gives(desk, brouillon, telephone=TYPED_LANDLINE).status_code == 302
    ways.draws(desk, brouillon)
    ways.accepts(desk, brouillon)
    assert undo_change(ChangementContact.objects.get().id, way="email", now=timezone.now())
    usager.refresh_from_db()
    assert usager.telephone == ""
    assert Usager.objects.filter(telephone=LANDLINE).count() == 1
