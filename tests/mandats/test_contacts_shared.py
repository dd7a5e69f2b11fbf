"""Who holds a contact agrees to share it: a couple's one landline, at the desk or on the usager's page."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.telephone import in_french, to_e164
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from mandats.domain.codes import grouped
from mandats.registre.models import AccordContact, Brouillon, Mandat, Usager
from mandats.registre.services.purge import purge_brouillons
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

LANDLINE, TYPED = "+33492001177", "04 92 00 11 77"


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def gives(desk: Desk, brouillon: Brouillon, telephone: str = TYPED, email: str = "") -> Any:
    return desk.client.post(ways.address(brouillon, "contacts"), {"email": email, "telephone": telephone})


def holder(desk: Desk) -> Mandat:
    """Return the mandat of Odette, born on 8 October 1944, who has the landline."""
    brouillon = ways.by_document(desk)
    assert gives(desk, brouillon).status_code == 302
    ways.draws(desk, brouillon)
    return ways.accepts(desk, brouillon)


def volet(desk: Desk, mandat: Mandat, **changed: str) -> dict[str, str]:
    """Return what the holder types from their sheet, printed anew."""
    codes = renew_codes(mandat.id, desk.acteur, timezone.now())
    assert isinstance(codes, CodesVolet)
    typed = {"reference": mandat.reference, "code": grouped(codes.revocation)}
    typed |= {"day": "8", "month": "10", "year": "1944", "verification": grouped(codes.verification)} | changed
    if changed.get("code") == "verification":
        typed["code"] = typed["verification"]
    return {"volet": "1"} | {f"volet-{name}": value for name, value in typed.items()}


def page(brouillon: Brouillon) -> str:
    return ways.address(brouillon, "contacts/partage")


@pytest.mark.writes("contact:share", "contact:agree")
@pytest.mark.parametrize("of", ["here", "elsewhere"])
def test_who_holds_a_landline_agrees_with_their_volet_and_nothing_typed_is_lost(desk: Desk, of: str) -> None:
    place = desk if of == "here" else pages_desk.desk("Ailleurs", siret="99999920400010")
    mandat, brouillon = holder(place), ways.by_document(desk, day="9")
    refused = gives(desk, brouillon, email="marcel@famille-fevrier.fr")
    assert refused.status_code == 422
    assert "que si tous deux sont d’accord" in text(refused)
    shown = text(desk.client.get(page(brouillon)))
    assert TYPED in shown
    assert "Envoyer le code" not in shown
    assert desk.client.post(page(brouillon), {"send": "1"}).status_code == 422
    assert not any(word in shown for word in ("Odette", "Ailleurs", mandat.reference))
    back = desk.client.post(page(brouillon), volet(place, mandat), follow=True)
    assert "Les deux sont d’accord" in text(back)
    assert f'value="{TYPED}"' in text(back)
    assert 'value="marcel@famille-fevrier.fr"' in text(back)
    assert gives(desk, brouillon, email="marcel@famille-fevrier.fr").status_code == 302
    ways.draws(desk, brouillon)
    assert ways.accepts(desk, brouillon).usager.telephone == LANDLINE
    told = Entree.objects.get(event="contact:agree")
    assert (told.subject_id, told.acteur_kind, told.structure_id) == (mandat.usager_id, "usager", None)
    assert Entree.objects.filter(event="contact:share", subject_id=brouillon.id).count() == 1


@pytest.mark.writes("contact:refuse")
@pytest.mark.parametrize(
    "wrong",
    [{"day": "9"}, {"code": grouped("0" * 16)}, {"code": "verification"}, {"reference": "somebody else's"}],
    ids=["date", "code", "verification code", "another person's volet"],
)
def test_a_wrong_volet_and_somebody_else_s_answer_alike_and_are_journaled(desk: Desk, wrong: dict[str, str]) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9")
    if "reference" in wrong:
        mandat, wrong = desk.mandat(builders.identite(birthdate="1944-10-08")), {}
    gives(desk, brouillon)
    answer = desk.client.post(page(brouillon), volet(desk, mandat, **wrong))
    assert answer.status_code == 403
    assert "ne permettent pas de donner l’accord" in text(answer)
    assert gives(desk, brouillon).status_code == 422
    entry = Entree.objects.filter(event="contact:refuse", subject_id=brouillon.id).order_by("id")[1]
    assert entry.reason == "contact.holder_refused"
    assert not AccordContact.objects.exists()


def test_guesses_made_there_count_with_those_of_the_usager_s_page(desk: Desk) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9")
    gives(desk, brouillon)
    right = volet(desk, mandat)
    for _ in range(5):
        assert desk.client.post(page(brouillon), right | {"volet-year": "1945"}).status_code == 403
    assert desk.client.post(page(brouillon), right).status_code == 429
    typed = {name.removeprefix("volet-"): value for name, value in right.items()}
    assert Client().post("/usager", typed).status_code == 429


def test_a_slip_of_the_keyboard_is_told_before_it_counts(desk: Desk) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9")
    gives(desk, brouillon)
    answer = desk.client.post(page(brouillon), volet(desk, mandat, code="1234 5678 9012 3456"))
    assert answer.status_code == 422
    assert "1234 5678 9012 3456" in text(answer)


# --- a couple, one appointment ---


def couple(desk: Desk) -> tuple[Brouillon, Brouillon]:
    """Return the two brouillons of Odette and Marcel, both identified by their document."""
    asked = {"structure": str(desk.place.id), "demarches": ["logement"], "duree": "J365", "couple": "on"}
    assert desk.client.post("/mandats/nouveau", asked).status_code == 302
    first, second = Brouillon.objects.filter(couple__isnull=False).order_by("created_at", "id")
    for one, typed in ((first, {}), (second, {"given_name": "Marcel", "gender": "male", "day": "9"})):
        desk.client.post(ways.address(one, "carte"), {"reponse": "aucune"})
        assert ways.show_document(desk, one, **typed).status_code == 302
    return first, second


BOTH = {"couple": "1", "couple-mine": "on", "couple-other": "on"}


@pytest.mark.parametrize("signed_first", [False, True])
@pytest.mark.parametrize("telephone", [TYPED, "06 39 98 00 42"], ids=["landline", "mobile"])
def test_a_couple_at_the_desk_ticks_both_boxes(desk: Desk, signed_first: bool, telephone: str) -> None:
    first, second = couple(desk)
    assert gives(desk, first, telephone).status_code == 302
    if signed_first:
        ways.draws(desk, first)
        ways.accepts(desk, first)
    refused = gives(desk, second, telephone)
    assert refused.status_code == 422
    assert "Demander l’accord de l’autre" in text(refused)
    shown = text(desk.client.get(page(second)))
    assert "Marcel FÉVRIER\u00a0: je suis d’accord" in shown
    assert "Odette Marie FÉVRIER\u00a0: je suis d’accord" in shown
    alone = desk.client.post(page(second), {"couple": "1", "couple-mine": "on"})
    assert alone.status_code == 422
    assert "n’a pas coché" in text(alone)
    assert gives(desk, second, telephone).status_code == 422
    assert desk.client.post(page(second), BOTH).status_code == 302
    assert gives(desk, second, telephone).status_code == 302
    # Whoever concludes first, the other is not sent back.
    for one in (second,) if signed_first else (second, first):
        ways.draws(desk, one)
        ways.accepts(desk, one)
    assert Usager.objects.filter(telephone=to_e164(telephone)).count() == 2
    assert Entree.objects.filter(event="contact:share").count() == 2
    assert not Envoi.objects.filter(purpose="contact_accord").exists()


def test_the_couple_s_boxes_are_not_for_a_third_person_s_number(desk: Desk) -> None:
    holder(desk)
    first, second = couple(desk)
    for one in (first, second):
        assert gives(desk, one).status_code == 422
        assert "je suis d’accord</label>" not in text(desk.client.get(page(one)))
        assert desk.client.post(page(one), BOTH).status_code == 200
        assert gives(desk, one).status_code == 422


def test_what_two_share_is_not_asked_again_at_their_next_mandat(desk: Desk) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9", given_name="Marcel")
    gives(desk, brouillon)
    desk.client.post(page(brouillon), volet(desk, mandat))
    gives(desk, brouillon)
    ways.draws(desk, brouillon)
    his = ways.accepts(desk, brouillon).usager
    again = ways.by_document(desk, day="9", given_name="Marcel")
    desk.client.post(ways.address(again, "meme-personne"), {"person": str(his.id)})
    assert gives(desk, again).status_code == 302
    desk.client.post(ways.address(again, "encore-moi"))
    ways.draws(desk, again)
    assert ways.accepts(desk, again).usager == his


def test_who_renews_gives_their_own_number_again(desk: Desk) -> None:
    mandat = holder(desk)
    given = {"present": "oui"} | {f"autonomie_{row.demarche}": "aide" for row in mandat.autorisations.all()}
    assert desk.client.post(f"/mandats/{mandat.id}/renouveler", given).status_code == 302
    brouillon = Brouillon.objects.get(renews=mandat)
    desk.client.post(ways.address(brouillon, "carte"), {"reponse": "aucune"})
    assert ways.show_document(desk, brouillon).status_code == 302
    assert gives(desk, brouillon).status_code == 302


# --- a code that is sent; the usager's own page; keeping ---


def _sent() -> Counter[str]:
    return Counter(message.to for row in Envoi.objects.all() if (message := message_of(row)))


def test_no_more_than_three_codes_an_hour_ring_who_holds_a_number(desk: Desk) -> None:
    Usager.objects.filter(pk=desk.mandat().usager_id).update(telephone=ways.TELEPHONE)
    brouillon = ways.by_document(desk)
    gives(desk, brouillon, "06 39 98 00 42")
    for _ in range(3):
        assert desk.client.post(page(brouillon), {"send": "1"}).status_code == 200
    answer = desk.client.post(page(brouillon), {"send": "1"})
    assert answer.status_code == 429
    assert "Trois codes sont déjà partis" in text(answer)
    assert _sent()[ways.TELEPHONE] == 3
    AccordContact.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    assert desk.client.post(page(brouillon), {"send": "1"}).status_code == 200


@pytest.mark.parametrize("way", ["code", "volet"])
def test_an_usager_asks_from_their_own_page(desk: Desk, way: str) -> None:
    mandat, mine = holder(desk), desk.mandat()
    if way == "code":
        Usager.objects.filter(pk=mandat.usager_id).update(telephone=ways.TELEPHONE)
    number = ways.TELEPHONE if way == "code" else LANDLINE
    browser = Client()
    typed = {name.removeprefix("volet-"): value for name, value in volet(desk, mine).items()}
    year, month, day = builders.IDENTITE.birthdate.split("-")
    assert browser.post("/usager", typed | {"day": day, "month": month, "year": year}).status_code == 302
    given = {"email": mine.usager.email, "telephone": number}
    refused = browser.post("/usager/contacts", given)
    assert refused.status_code == 422
    assert "Demander l’accord de l’autre personne" in text(refused)
    sharing = "/usager/contacts/partage"
    assert "Votre structure" not in text(browser.get(sharing))
    if way == "code":
        browser.post(sharing, {"send": "1"})
        code = re.findall(r"\b\d{6}\b", ways.last_sms(number, "contact_accord"))[0]
        assert browser.post(sharing, {"code": code})["Location"] == "/usager/contacts"
    else:
        assert browser.post(sharing, volet(desk, mandat))["Location"] == "/usager/contacts"
    assert f'value="{in_french(number)}"' in text(browser.get("/usager/contacts"))
    assert browser.post("/usager/contacts", given).status_code == 302
    assert Usager.objects.filter(telephone=number).count() == 2
    assert browser.get(sharing)["Location"] == "/usager/contacts"


@pytest.mark.parametrize("gone", ["abandon", "ce-nest-pas-moi"])
def test_what_was_agreed_and_typed_goes_with_the_person(desk: Desk, gone: str) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9")
    gives(desk, brouillon)
    kept = dict(desk.client.session.items())
    assert "contact_partage" in kept
    assert "492001177" not in json.dumps(kept)
    desk.client.post(page(brouillon), volet(desk, mandat))
    desk.client.post(ways.address(brouillon, gone))
    assert not AccordContact.objects.exists()
    if gone == "ce-nest-pas-moi":
        ways.show_document(desk, brouillon, day="10")
        assert gives(desk, brouillon).status_code == 422
    else:
        assert "contact_partage" not in desk.client.session


def test_accords_go_with_the_brouillon_that_they_were_for(desk: Desk) -> None:
    mandat, brouillon = holder(desk), ways.by_document(desk, day="9")
    gives(desk, brouillon)
    desk.client.post(page(brouillon), volet(desk, mandat))
    purge_brouillons(timezone.now() + timedelta(hours=23))
    assert AccordContact.objects.count() == 1
    purge_brouillons(timezone.now() + timedelta(days=16))
    assert not AccordContact.objects.exists()
