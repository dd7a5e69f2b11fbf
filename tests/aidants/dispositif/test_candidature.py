"""A structure applies, without an account: an address, a link, four steps, the submission, its follow-up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from aidants.dispositif import candidatures, liens
from aidants.dispositif.models import AvisPrefet, Campagne, Candidature, Enveloppe, LienDossier
from aidants.domain.dispositif import errors
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.dispositif import scheme
from tests.aidants.mailbox import link_code, messages_to, subjects_to

pytestmark = pytest.mark.django_db
EMAIL = "agnes.meyer@ville.example"
PORTEUR = {
    "kind": "collectivite",
    "siret": "210 500 614 00016",
    "name": "Ville de Trifouillis",
    "street": "1 place de la Mairie",
    "postcode": "05000",
    "city": "gap",
}
CONTACT = {"given_name": "Agnès", "family_name": "Meyer", "profession": "Directrice", "telephone": "04 99 99 00 01"}
PROJET = {"posts_asked": "2", "project": "Aller vers les villages.", "consulted": "La communauté de communes."}


def _opened(email: str = EMAIL) -> Client:
    browser = Client()
    assert browser.post("/candidature", {"email": email, "begin": "1"}).status_code == 200
    answer = browser.post("/candidature/lien", {"code": link_code(email)})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def _filled(**porteur: str) -> Client:
    browser = _opened()
    for step, given in (("porteur", PORTEUR | porteur), ("contact", CONTACT), ("projet", PROJET)):
        answer = browser.post(f"/candidature/dossier/etape/{step}", given)
        assert answer.status_code == 302, answer.content.decode()
    place = {"name": "Médiathèque", "postcode": "05000", "city": "Gap"}
    assert browser.post("/candidature/dossier/etape/lieux", place).status_code == 302
    return browser


@pytest.mark.writes("candidature:submit")
def test_a_dossier_is_resumed_submitted_and_changes_no_more() -> None:
    browser = _filled()
    page = browser.get("/candidature/dossier").content.decode()
    assert "Déposer la candidature" in page
    assert browser.post("/candidature/dossier/depot").status_code == 302
    made = Candidature.objects.get()
    assert (made.state, made.departement, made.insee_code, made.siret) == ("deposee", "05", "05061", "21050061400016")
    assert made.campagne == Campagne.objects.get(bareme="forfait_public")
    asked = AvisPrefet.objects.get()
    assert asked.due_at - asked.asked_at == timedelta(days=15)
    assert subjects_to(EMAIL)[-1] == "Votre candidature est déposée"
    told = Entree.objects.filter(event="candidature:submit", subject_id=made.id)
    assert told.count() == 1
    again = browser.post("/candidature/dossier/etape/projet", PROJET | {"posts_asked": "9"})
    assert again.status_code == 422
    assert Candidature.objects.get().posts_asked == 2


@pytest.mark.writes("candidature:open")
def test_what_was_typed_waits_for_another_link_and_another_browser() -> None:
    _opened().post("/candidature/dossier/etape/porteur", PORTEUR)
    other = Client()
    assert other.get("/candidature/dossier").status_code == 302
    LienDossier.objects.update(created_at=timezone.now() - timedelta(hours=1))
    other.post("/candidature", {"email": EMAIL.upper(), "resume": "1"})
    other.post("/candidature/lien", {"code": link_code(EMAIL)})
    assert 'value="Ville de Trifouillis"' in other.get("/candidature/dossier/etape/porteur").content.decode()


def test_a_scanner_that_opens_the_link_spends_nothing_and_the_link_serves_once() -> None:
    Client().post("/candidature", {"email": EMAIL, "begin": "1"})
    text = messages_to(EMAIL)[-1].text
    assert "/candidature/lien#" in text
    code = link_code(EMAIL)
    assert Client().get("/candidature/lien").status_code == 200
    assert Client().post("/candidature/lien", {"code": code.upper().replace("-", " ")}).status_code == 302
    assert Client().post("/candidature/lien", {"code": code}).status_code == 410
    assert code not in str(LienDossier.objects.values())


def test_links_of_one_dossier_are_five_a_day_then_one_an_hour() -> None:
    Client().post("/candidature", {"email": EMAIL, "begin": "1"})
    for minutes in (3, 3, 3, 3, 3, 60):
        LienDossier.objects.update(created_at=F("created_at") - timedelta(minutes=minutes))
        Client().post("/candidature", {"email": EMAIL, "resume": "1"})
        Client().post("/candidature", {"email": EMAIL, "resume": "1"})
    assert LienDossier.objects.count() == 6
    assert Client().post("/candidature/lien", {"code": link_code(EMAIL)}).status_code == 302


def test_a_link_expires() -> None:
    Client().post("/candidature", {"email": EMAIL, "begin": "1"})
    assert liens.spend_dossier_link(link_code(EMAIL), timezone.now() + timedelta(days=7, seconds=1)) is None
    assert liens.spend_profile_link(link_code(EMAIL), timezone.now()) is None


def test_an_unknown_address_gets_the_same_answer_and_no_message() -> None:
    answer = Client().post("/candidature", {"email": "inconnue@ville.example", "resume": "1"})
    assert "Si cette adresse peut recevoir un lien" in answer.content.decode()
    assert messages_to("inconnue@ville.example") == []


@pytest.mark.writes("candidature:link_refused")
def test_nobody_fills_a_mailbox_through_us(settings: Any) -> None:
    settings.LIMITS_FACTOR = 1
    browser = Client()
    answers = [browser.post("/candidature", {"email": f"n{n}@ville.example", "begin": "1"}) for n in range(22)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
    browser = Client(REMOTE_ADDR="10.9.9.9")
    for _ in range(8):
        browser.post("/candidature", {"email": EMAIL, "begin": "1"})
    assert Candidature.objects.filter(email=EMAIL).count() == candidatures.OPEN_AT_MOST


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "ccas"}, "Sa commune ou sa communauté de communes dépose"),
        ({"kind": "etat"}, "Les services et établissements de l’État"),
        ({"kind": "reseau"}, "Choisissez le réseau dans la liste"),
    ],
)
def test_why_one_is_not_eligible_is_told_and_the_server_refuses(change: dict[str, str], words: str) -> None:
    browser = _filled(**change)
    page = browser.get("/candidature/dossier").content.decode()
    assert words in page
    assert "Déposer la candidature" not in page
    browser.post("/candidature/dossier/depot")
    made = Candidature.objects.get()
    assert made.state == "brouillon"
    assert Entree.objects.filter(event="candidature:submit_refused", subject_id=made.id).exists()


def test_an_association_waits_for_its_call() -> None:
    Campagne.objects.filter(bareme="forfait_prive").update(opens_on=timezone.localdate() + timedelta(days=3))
    browser = _filled(kind="association")
    assert "pas encore ouvert" in browser.get("/candidature/dossier").content.decode()
    Campagne.objects.filter(kinds__contains=["association"]).update(opens_on=timezone.localdate())
    browser.post("/candidature/dossier/depot")
    assert Candidature.objects.get().state == "deposee"


def test_the_calls_stay_open_when_all_posts_are_allotted_and_not_recruited() -> None:
    """DOMAIN §5, posts: calls close when 4 000 are recruited, not merely allotted."""
    Enveloppe.objects.update(total=2)
    place = builders.structure()
    for number in (1, 2):
        scheme.poste(place, number=number)
    browser = _filled()
    browser.post("/candidature/dossier/depot")
    assert Candidature.objects.get().state == "deposee"


@pytest.mark.writes("candidature:submit_refused")
def test_the_calls_close_when_all_are_recruited() -> None:
    browser = _filled()
    Enveloppe.objects.update(total=0)
    assert "Tous les postes du dispositif sont pourvus" in browser.get("/candidature/dossier").content.decode()
    browser.post("/candidature/dossier/depot")
    assert Candidature.objects.get().state == "brouillon"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"siret": "21050061400017"}, "Ce SIRET n’est pas valable"),
        (
            {"city": "Briançon"},
            "«\u00a0Briançon\u00a0» n’a pas le code postal 05000. Choisissez",
        ),
        ({"postcode": "05999"}, "Aucune commune n’a ce code postal"),
    ],
)
def test_an_error_says_what_to_do_and_loses_nothing(change: dict[str, str], words: str) -> None:
    answer = _opened().post("/candidature/dossier/etape/porteur", PORTEUR | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="Ville de Trifouillis"' in page


def test_the_national_register_is_asked_when_there_is_one(settings: Any, tmp_path: Path) -> None:
    extract = tmp_path / "sirene.csv"
    columns = (
        "siret,denominationUniteLegale,etatAdministratifEtablissement,"
        "categorieJuridiqueUniteLegale,codeCommuneEtablissement"
    )
    extract.write_text(f"{columns}\n21050061400016,COMMUNE DE TRIFOUILLIS,F,7210,05061\n", encoding="utf-8")
    settings.SIRENE_FILE = str(extract)
    browser = _filled()
    assert "COMMUNE DE TRIFOUILLIS" in browser.get("/candidature/dossier/etape/porteur").content.decode()
    assert "cet établissement est fermé" in browser.get("/candidature/dossier").content.decode()
    browser.post("/candidature/dossier/depot")
    assert Candidature.objects.get().state == "brouillon"


def test_what_nobody_has_answered_yet_is_missing_and_breaks_no_rule() -> None:
    browser = _opened()
    assert browser.get("/candidature/dossier").context["reasons"] == [errors.DOSSIER_INCOMPLETE]
    browser.post("/candidature/dossier/etape/porteur", PORTEUR)
    assert browser.get("/candidature/dossier").context["reasons"] == [errors.DOSSIER_INCOMPLETE, errors.NO_PLACE]


def test_what_is_missing_is_said_in_the_order_of_the_steps() -> None:
    _opened()
    made = Candidature.objects.get()
    assert candidatures.missing_steps(made, 0) == ["porteur", "contact", "lieux", "projet"]
    made.kind, made.siret, made.name, made.street, made.postcode, made.city = "commune", "1", "x", "x", "05000", "Gap"
    assert candidatures.missing_steps(made, 0) == ["contact", "lieux", "projet"]
    assert candidatures.missing_steps(made, 1) == ["contact", "projet"]


def test_places_come_and_go_and_one_is_needed() -> None:
    browser = _filled()
    made = Candidature.objects.get()
    browser.post(f"/candidature/dossier/lieux/{made.lieux.get().id}/retrait")
    page = browser.get("/candidature/dossier").content.decode()
    assert "Indiquez au moins un lieu" in page


def test_another_dossier_is_out_of_reach() -> None:
    theirs = scheme.candidature(state="brouillon", submitted_at=None)
    lieu = theirs.lieux.create(name="Ailleurs", insee_code="05061", city="Gap", created_at=timezone.now())
    browser = _opened()
    browser.post(f"/candidature/dossier/lieux/{lieu.id}/retrait")
    assert theirs.lieux.exists()
    assert theirs.name not in browser.get("/candidature/dossier").content.decode()


@pytest.mark.writes("candidature:abandon")
def test_a_dossier_is_closed_on_a_shared_desk_and_abandoned_after_a_question() -> None:
    browser = _filled()
    assert browser.get("/candidature/dossier/abandon").status_code == 200
    browser.post("/candidature/dossier/abandon")
    assert Candidature.objects.get().state == "abandonnee"
    browser.post("/candidature/dossier/fermeture")
    assert browser.get("/candidature/dossier").status_code == 302


def test_forgotten_when_nobody_submits_it() -> None:
    _opened()
    candidatures.forget_unsubmitted(timezone.now() + timedelta(days=89))
    assert Candidature.objects.exists()
    candidatures.forget_unsubmitted(timezone.now() + timedelta(days=91))
    assert not Candidature.objects.exists()


def test_each_page_costs_what_it_costs(query_count: Callable[[int], AbstractContextManager[Any]]) -> None:
    browser = _filled()
    with query_count(1):
        Client().get("/candidature")
    with query_count(6):
        browser.get("/candidature/dossier")
    with query_count(2):
        browser.get("/candidature/dossier/etape/porteur")
    with query_count(3):
        browser.get("/candidature/dossier/etape/projet")
