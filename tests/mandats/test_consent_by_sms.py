"""Consent by text message, by the telephone's answers: never guessed, never late, never to another text."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.domain.decisions import Denied
from aidants.envois.models import Envoi
from aidants.journal.models import Entree
from mandats.domain import errors
from mandats.pages.conseiller import ways as pages
from mandats.registre.models import Brouillon, DemandeSms
from mandats.registre.services.demandes import expire_requests, last_request
from mandats.registre.services.sign import sign_mandat
from mandats.registre.texts import acte_in
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk(email="accueil@ccas-demonstration.fr", telephone="01 99 00 12 34")


def test_the_request_waits_where_everybody_sees_it_then_the_aidant_accepts(desk: Desk) -> None:
    brouillon = desk.identified()
    assert ways.asks_by_sms(desk, brouillon)["Location"] == ways.address(brouillon, "accord/sms")
    page = text(desk.client.get(ways.address(brouillon, "accord/sms")))
    assert "En attente de la réponse" in page
    assert text(desk.client.get(ways.address(brouillon, "accord/sms/etat"))) == "attente 0 attente attente"
    assert "en bref" in ways.last_sms(ways.TELEPHONE, "accord_recap")
    posted = Envoi.objects.filter(purpose__startswith="accord_").order_by("next_try_at", "created_at")
    assert list(posted.values_list("purpose", flat=True)) == ["accord_recap", "accord_demande"]
    assert ways.answers("bonjour ?") == "accord"
    assert text(desk.client.get(ways.address(brouillon, "accord/sms/etat"))) == "attente 1 attente attente"
    assert "Nous n’avons pas compris" in ways.last_sms(ways.TELEPHONE, "accord_reponse")
    ways.answers("OUI")
    assert text(desk.client.get(ways.address(brouillon, "accord/sms/etat"))) == "accord"
    assert "Votre accord est enregistré" in ways.last_sms(ways.TELEPHONE, "accord_reponse")
    assert ways.answers("non") == ""
    mandat = ways.accepts(desk, brouillon)
    told = json.loads(bytes(mandat.documents.get(kind="echange").content))
    assert told["telephone"] == ways.TELEPHONE
    assert told["numero_verifie"] == "rappel"
    assert [one["text"] for one in told["reponses"]] == ["bonjour ?", "OUI"]
    assert brouillon.reference in told["recapitulatif"]["text"]
    assert not any(b"639980042" in bytes(entry.body) for entry in Entree.objects.all())


def test_an_answer_that_comes_while_the_page_is_read_leads_to_the_acceptation(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)

    def after_the_answer(read: Brouillon) -> DemandeSms | None:
        ways.answers("oui")
        return last_request(read)

    monkeypatch.setattr(pages, "last_request", after_the_answer)
    answer = desk.client.get(ways.address(brouillon, "accord/sms"))
    assert (answer.status_code, answer["Location"]) == (302, ways.address(brouillon, "acceptation"))


def test_the_code_of_the_request_consents_too(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)
    code = re.findall(r"code (\d{4})", ways.last_sms(ways.TELEPHONE, "accord_demande"))[0]
    assert ways.answers(f"oui {code}") == "accord"
    brouillon.refresh_from_db()
    assert brouillon.consented_at


@pytest.mark.writes("consentement:ask_sms", "consentement:close_sms")
@pytest.mark.parametrize(
    ("said", "outcome"),
    [(["non"], "refus"), (["a", "b", "c"], "incompris"), (["oui mais", "ok", "d’acc"], "incompris")],
)
def test_what_is_no_consent_signs_nothing(desk: Desk, said: list[str], outcome: str) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)
    for words in said:
        assert ways.answers(words) == "accord"
    assert ways.answers("oui") == ""
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None
    row = DemandeSms.objects.get()
    assert (row.outcome, row.exchange_sealed) == (outcome, None)
    assert desk.client.get(ways.address(brouillon, "accord/sms")).status_code == 200


@pytest.mark.parametrize("way", ["sms", "code"])
def test_who_is_asked_again_and_does_not_agree_has_not_consented(desk: Desk, way: str) -> None:
    """The drawing of before falls: neither « non » nor silence lets the structure accept, nor stands as its proof."""
    brouillon = desk.identified()
    assert ways.draws(desk, brouillon).status_code == 302
    if way == "sms":
        ways.asks_by_sms(desk, brouillon)
        assert ways.answers("non") == "accord"
    else:
        desk.client.post(ways.address(brouillon, "accord/envoi-du-code"), {"telephone": "06 39 98 00 42"})
    assert sign_mandat(brouillon.id, desk.acteur, timezone.now()) == Denied(errors.NOT_CONSENTED)
    assert ways.draws(desk, brouillon).status_code == 302
    acte = acte_in(ways.accepts(desk, brouillon).acte)
    assert [one.name for one in acte.consentement.proofs] == ["drawing"]


def test_an_answer_too_late_or_to_another_text_signs_nothing(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)
    DemandeSms.objects.update(expires_at=timezone.now())
    ways.answers("oui")
    assert DemandeSms.objects.get().outcome == "expire"
    ways.asks_by_sms(desk, brouillon)
    ways.asks_something_else(desk, brouillon)
    assert ways.answers("oui") == ""
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None


def test_a_request_nobody_answers_expires(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)
    assert expire_requests(timezone.now() + timedelta(days=3) - timedelta(minutes=1)) == 0
    assert expire_requests(timezone.now() + timedelta(days=3)) == 1
    assert ways.answers("oui") == ""
    assert "n’a pas répondu en 3 jours" in text(desk.client.get(ways.address(brouillon, "accord/sms")))


def test_a_request_is_cancelled_at_the_desk(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.asks_by_sms(desk, brouillon)
    desk.client.post(ways.address(brouillon, "accord/sms/annulation"))
    assert ways.answers("oui") == ""
    assert DemandeSms.objects.get().outcome == "annule"


def test_two_requests_on_one_telephone_want_their_code(desk: Desk) -> None:
    first, second = desk.identified(), desk.identified()
    ways.asks_by_sms(desk, first)
    code = re.findall(r"code (\d{4})", ways.last_sms(ways.TELEPHONE, "accord_demande"))[0]
    ways.asks_by_sms(desk, second)
    ways.answers("oui")
    assert not Brouillon.objects.filter(consented_at__isnull=False).exists()
    ways.answers(code)
    assert Brouillon.objects.get(consented_at__isnull=False).pk == first.pk


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"telephone": "06 12 34 56 78"}, "semble inventé"),
        ({"telephone": "01 99 00 12 34"}, "celui de votre structure"),
        ({"telephone": "abc"}, "n’est pas valable"),
        ({"verified": ""}, "Dites comment vous vous en êtes assuré"),
    ],
)
def test_a_number_that_is_not_the_usager_s_is_refused(desk: Desk, given: dict[str, str], message: str) -> None:
    brouillon = desk.identified()
    answer = ways.asks_by_sms(desk, brouillon, **given)
    assert answer.status_code == 422
    assert message in text(answer)
    assert not DemandeSms.objects.exists()
