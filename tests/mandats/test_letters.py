"""« À remettre », its letters, and the account of uses: on screen, on paper, by e-mail."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from mandats.domain.durees import local_date
from mandats.registre.models import Avis, Mandat, Usager
from mandats.registre.plis import plis_of_structure, render_pli, waiting_count
from mandats.registre.releve import BRIDGE, DECLARED, releve_of
from mandats.registre.services.corrections import correct_utilisation
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.bridge_use import bridge
from tests.mandats.pages_desk import UNKNOWN, Desk, text
from tests.mandats.pdf_readers import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return pages_desk.desk()


@pytest.fixture
def mandat(desk: Desk) -> Mandat:
    """A mandat of a person without e-mail nor telephone."""
    made = desk.mandat()
    Usager.objects.filter(pk=made.usager_id).update(email="", telephone="")
    return Mandat.objects.get(pk=made.pk)


def lines(mandat: Mandat) -> list[str]:
    return [str(pk) for pk in Avis.objects.filter(mandat=mandat).order_by("id").values_list("pk", flat=True)]


@pytest.mark.writes("avis:hand")
def test_a_line_waits_is_printed_and_is_given_once(desk: Desk, mandat: Mandat, query_count: Any) -> None:
    assert "Rien à remettre" in text(desk.client.get("/a-remettre"))
    builders.utilisation(mandat)
    desk.client.get("/a-remettre")
    with query_count(5):
        page = text(desk.client.get("/a-remettre"))
    assert mandat.usager.full_name in page
    assert "aux bons soins de" in page
    printed = desk.client.get(f"/a-remettre/{mandat.usager_id}")
    assert printed.content.startswith(b"%PDF-")
    assert waiting_count(desk.place.id) == 1
    answer = desk.client.post("/a-remettre/remise", {"avis": lines(mandat), "how": "main"}, follow=True)
    assert "1 ligne" in text(answer)
    assert waiting_count(desk.place.id) == 0
    kept = Avis.objects.get()
    assert (kept.handed_how, kept.handed_by) == ("main", desk.who)
    assert Entree.objects.latest("id").event == "avis:hand"
    again = desk.client.post("/a-remettre/remise", {"avis": lines(mandat), "how": "poste"}, follow=True)
    assert "Rien à noter" in text(again)
    assert Avis.objects.get().handed_how == "main"


def test_a_line_written_after_the_sheet_was_printed_still_waits(desk: Desk, mandat: Mandat) -> None:
    builders.utilisation(mandat)
    shown = lines(mandat)
    builders.utilisation(mandat)
    desk.client.post("/a-remettre/remise", {"avis": shown, "how": "poste"})
    assert Avis.objects.filter(handed_at__isnull=True).count() == 1


@pytest.mark.writes("utilisation:declare")
@pytest.mark.parametrize("posted", [{"how": "pigeon"}, {"avis": ["x"], "how": "main"}, {}])
def test_nonsense_marks_nothing(desk: Desk, mandat: Mandat, posted: dict[str, Any]) -> None:
    builders.utilisation(mandat)
    desk.client.post("/a-remettre/remise", {"avis": lines(mandat)} | posted)
    assert Avis.objects.filter(handed_at__isnull=True).count() == 1


def test_another_structure_sees_and_marks_nothing(mandat: Mandat) -> None:
    builders.utilisation(mandat)
    stranger = pages_desk.desk("Mairie d’ailleurs", siret="99999920500029")
    assert mandat.usager.family_name not in text(stranger.client.get("/a-remettre"))
    assert stranger.client.get(f"/a-remettre/{mandat.usager_id}").status_code == 404
    assert stranger.client.get(f"/a-remettre/{UNKNOWN}").status_code == 404
    stranger.client.post("/a-remettre/remise", {"avis": lines(mandat), "how": "main"})
    address = {f"{mandat.usager_id}-address": "1 rue Volée"}
    assert stranger.client.post(f"/a-remettre/{mandat.usager_id}/adresse", address).status_code == 404
    assert Avis.objects.filter(handed_at__isnull=True).count() == 1
    assert Usager.objects.get(pk=mandat.usager_id).postal_address == ""


def test_who_has_no_letter_to_send_does_not_say_where_letters_go(desk: Desk, mandat: Mandat) -> None:
    """The address serves every structure: one that once served the person would receive the others' letters."""
    address = {f"{mandat.usager_id}-address": "1 rue Volée"}
    assert desk.client.post(f"/a-remettre/{mandat.usager_id}/adresse", address).status_code == 404
    assert Usager.objects.get(pk=mandat.usager_id).postal_address == ""


@pytest.mark.writes("usager:keep_address")
@pytest.mark.reaches("GET mandats:letter", "POST mandats:usager_address")
def test_an_address_is_kept_and_stands_in_the_window(desk: Desk, mandat: Mandat) -> None:
    builders.utilisation(mandat)
    address = {f"{mandat.usager_id}-address": " 3  rue des Lilas \r\n\r\n05000 Gap"}
    desk.client.post(f"/a-remettre/{mandat.usager_id}/adresse", address)
    assert Usager.objects.get(pk=mandat.usager_id).postal_address == "3 rue des Lilas\n05000 Gap"
    printed = words_of(desk.client.get(f"/a-remettre/{mandat.usager_id}").content)
    assert "3 rue des Lilas" in printed
    assert "CAF des Hautes-Alpes" in printed
    assert Entree.objects.filter(event="usager:keep_address").exists()
    too_long = {f"{mandat.usager_id}-address": "x" * 39}
    assert "38 caractères" in text(desk.client.post(f"/a-remettre/{mandat.usager_id}/adresse", too_long, follow=True))


def test_one_letter_a_person_with_all_that_waits(mandat: Mandat) -> None:
    builders.utilisation(mandat)
    builders.utilisation(mandat, body="Mutuelle")
    (pli,) = plis_of_structure(mandat.structure_id)
    printed = words_of(render_pli(pli, timezone.now(), from_accueil=False))
    assert "CAF des Hautes-Alpes" in printed
    assert "Mutuelle" in printed


def test_the_account_tells_bridge_and_declared_apart_and_keeps_what_was_corrected(desk: Desk, mandat: Mandat) -> None:
    bridge(mandat)
    use = builders.utilisation(mandat)
    correct_utilisation(use.id, desk.acteur, "Mauvaise personne", timezone.now())
    today = local_date(timezone.now(), "Europe/Paris")
    made = releve_of(mandat.usager, today - timedelta(days=400), today, structure=desk.place)
    assert sorted(one.kind for one in made.lignes) == [BRIDGE, DECLARED]
    assert made.counted == "1 connexion à un site, 1 utilisation déclarée"
    assert [one.corrected for one in made.lignes if one.kind == DECLARED] == ["Notée par erreur : Mauvaise personne"]
    assert releve_of(mandat.usager, today - timedelta(days=900), today - timedelta(days=800)).lignes == []


@pytest.mark.writes("releve:hand")
def test_the_account_on_screen_on_paper_and_by_email(desk: Desk, mandat: Mandat, query_count: Any) -> None:
    builders.utilisation(mandat)
    address = f"/mandats/{mandat.id}/releve"
    desk.client.get(address)
    with query_count(7):
        page = text(desk.client.get(address))
    assert "Déclarée par l’aidant" in page
    assert "Envoyer par courriel" not in page
    printed = words_of(desk.client.post(f"{address}/lettre").content)
    assert "CAF des Hautes-Alpes" in printed
    assert Entree.objects.latest("id").event == "releve:hand"
    Usager.objects.filter(pk=mandat.usager_id).update(email="a@example.org")
    assert "part à l’adresse" in text(desk.client.post(f"{address}/courriel", follow=True))
    send_due(timezone.now())
    sent = mail.outbox[-1]
    assert (sent.to, sent.attachments[0][0]) == (["a@example.org"], "releve.pdf")


def test_dates_that_make_no_period_are_told(desk: Desk, mandat: Mandat) -> None:
    answer = desk.client.get(f"/mandats/{mandat.id}/releve?start=2026-12-01&end=2026-11-01")
    assert answer.status_code == 422
    assert "vient avant la première" in text(answer)


def test_the_desk_says_how_many_wait(desk: Desk, mandat: Mandat) -> None:
    assert "à remettre" not in text(desk.client.get("/accueil")).casefold().split("<main")[1]
    builders.utilisation(mandat)
    assert "1 personne attend une lettre" in text(desk.client.get("/accueil"))


def test_a_referent_who_is_no_aidant_sees_no_letter(desk: Desk, mandat: Mandat) -> None:
    from aidants.structures.models import Affectation

    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=desk.place, is_referent=True, started_at=builders.NOW)
    browser: Client = builders.signed_in(referent)
    for path in ("/a-remettre", f"/a-remettre/{mandat.usager_id}", f"/mandats/{mandat.id}/releve"):
        assert browser.get(path).status_code == 403
