"""The habilitation dossier of a structure outside the scheme, from its first line to the invitations of its people."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from aidants.comptes.liens import code_digest, new_code
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite import errors
from aidants.domain.activite.dossier import DECLARATIONS, Etat
from aidants.domain.decisions import Denied
from aidants.domain.typographie import spaced
from aidants.envois.models import Envoi
from aidants.habilitation.dossiers import LIFE, Decided, decide_dossier, purge_dossiers
from aidants.habilitation.models import Dossier, HabilitationStructure, LienHabilitation
from aidants.journal.models import Entree
from aidants.structures.models import Invitation, Structure
from tests import builders
from tests.aidants.mailbox import link_code, messages_to
from tests.mandats.pages_desk import text

pytestmark = pytest.mark.django_db
WHOLE = {
    "name": "Médiathèque de Veynes",
    "siret": "999 999 105 00011",
    "kind": "bibliotheque",
    "street": "3 rue Berthelot",
    "postcode": "05400",
    "city": "Veynes",
    "telephone": "",
    "referent_given_name": "Odile",
    "referent_family_name": "Roux",
    "referent_email": "odile.roux@veynes.example",
    "referent_profession": "Directrice",
    "declarations": list(DECLARATIONS),
    "aidant-0-given_name": "Karim",
    "aidant-0-family_name": "Haddad",
    "aidant-0-email": "karim@veynes.example",
    "aidant-0-profession": "Bibliothécaire",
    "aidant-0-statut": "agent_public",
}
EMAIL = "mediatheque@veynes.example"


def opened(email: str = EMAIL) -> Client:
    """Return a browser that brought the link of a new dossier."""
    browser = Client()
    assert browser.post("/habilitation", {"email": email}).status_code == 200
    answer = browser.post("/habilitation/reprise", {"code": link_code(email)})
    assert answer["Location"] == "/habilitation/dossier", answer.content.decode()
    return browser


def submitted() -> Dossier:
    browser = opened()
    answer = browser.post("/habilitation/dossier", WHOLE | {"submit": "1"})
    assert answer.status_code == 302, re.findall(r"<p>.*?</p>", text(answer))
    return Dossier.objects.get(email=EMAIL)


@pytest.fixture
def state() -> Client:
    who = builders.compte()
    Fonction.objects.create(compte=who, role="instructeur")
    return builders.signed_in(who)


def decision(state: Client, etat: str, why: str = "") -> dict[str, str]:
    """Return what an instructeur sends, with a code of now."""
    who = Compte.objects.get(pk=state.session["_auth_user_id"])
    return {"etat": etat, "why": why, "code": builders.totp_code(who)}


@pytest.mark.writes("dossier:submit_refused")
def test_a_dossier_is_kept_in_pieces_and_nothing_typed_is_lost() -> None:
    browser = opened()
    assert browser.post("/habilitation/dossier", {"name": "Médiathèque de Veynes", "keep": "1"}).status_code == 302
    again = opened_again()
    page = text(again.get("/habilitation/dossier"))
    assert 'value="Médiathèque de Veynes"' in page
    wrong = again.post("/habilitation/dossier", WHOLE | {"siret": "12345678901234", "submit": "1"})
    assert wrong.status_code == 422
    assert "Ce SIRET n’existe pas" in text(wrong)
    assert 'value="Karim"' in text(wrong)
    half = again.post("/habilitation/dossier", WHOLE | {"city": "", "submit": "1"})
    assert spaced(errors.DOSSIER_INCOMPLETE.message) in text(half)
    assert Dossier.objects.get().name == "Médiathèque de Veynes"


@pytest.mark.parametrize(("statut", "status"), [("", 422), ("elu", 422), ("agent_public", 302)])
def test_a_referent_who_is_also_an_aidant_is_a_professional(statut: str, status: int) -> None:
    given = {"referent_is_aidant": "on", "referent_statut": statut, "submit": "1"}
    assert opened().post("/habilitation/dossier", WHOLE | given).status_code == status


@pytest.mark.parametrize("statut", ["benevole", "service_civique", "stagiaire", "elu", "mandataire_judiciaire"])
def test_who_is_no_professional_is_refused(statut: str) -> None:
    answer = opened().post("/habilitation/dossier", WHOLE | {"aidant-0-statut": statut, "submit": "1"})
    assert answer.status_code == 422
    assert "seuls les professionnels" in text(answer)


def test_all_five_declarations() -> None:
    answer = opened().post("/habilitation/dossier", WHOLE | {"declarations": list(DECLARATIONS)[1:], "submit": "1"})
    assert spaced(errors.DECLARATIONS_MISSING.message) in text(answer)
    assert Entree.objects.filter(event="dossier:submit_refused").exists()


def test_each_field_that_is_missing_is_named_and_what_was_typed_stays() -> None:
    page = text(opened().post("/habilitation/dossier", WHOLE | {"referent_profession": "", "submit": "1"}))
    assert page.count("À remplir avant de déposer.") == 2, "above the form, and beside the field"
    assert "Fonction du référent" in page
    assert f'value="{WHOLE["name"]}"' in page


def test_a_link_serves_once_and_dies_after_seven_days() -> None:
    browser = Client()
    browser.post("/habilitation", {"email": EMAIL})
    code = link_code(EMAIL)
    told = messages_to(EMAIL)[-1]
    assert told.subject == "Votre dossier d’habilitation"
    assert told.text.count("/habilitation/reprise") == 2
    assert "candidature" not in told.text, "the funded posts' dossier is another one, on another page"
    assert Client().get("/habilitation/reprise").status_code == 200
    assert Client().post("/habilitation/reprise", {"code": code}).status_code == 302
    assert Client().post("/habilitation/reprise", {"code": code}).status_code == 410
    _later(timedelta(hours=1))
    browser.post("/habilitation", {"email": EMAIL})
    _later(LIFE)
    assert Client().post("/habilitation/reprise", {"code": link_code(EMAIL)}).status_code == 410
    assert Client().get("/habilitation/dossier")["Location"] == "/habilitation"


def _later(passed: timedelta) -> None:
    """Let the links that were sent be older."""
    moved = {name: F(name) - passed for name in ("created_at", "expires_at")}
    LienHabilitation.objects.update(**moved)


def test_a_link_that_somebody_else_asks_for_kills_none_and_a_day_brings_five_then_one_an_hour() -> None:
    codes, stranger = [], Client()
    for _ in range(5):
        stranger.post("/habilitation", {"email": EMAIL})
        codes.append(link_code(EMAIL))
        _later(timedelta(minutes=3))
    assert len(set(codes)) == 5
    stranger.post("/habilitation", {"email": EMAIL})
    assert Envoi.objects.count() == 5, "no sixth before an hour"
    for code in (codes[0], codes[3]):
        assert Client().post("/habilitation/reprise", {"code": code}).status_code == 302
        assert Client().post("/habilitation/reprise", {"code": code}).status_code == 410
    _later(timedelta(hours=1))
    stranger.post("/habilitation", {"email": EMAIL})
    assert Envoi.objects.count() == 6, "who needs one gets one"


def test_a_link_that_the_release_before_sent_still_serves_once() -> None:
    code, until = new_code(), timezone.now() + timedelta(days=1)
    digest = code_digest("dossier", code)
    Dossier.objects.create(email=EMAIL, created_at=timezone.now(), link_digest=digest, link_expires_at=until)
    assert Client().post("/habilitation/reprise", {"code": code}).status_code == 302
    assert Client().post("/habilitation/reprise", {"code": code}).status_code == 410


@pytest.mark.writes("dossier:open")
def test_a_mailbox_is_not_filled_through_us() -> None:
    for _ in range(3):
        Client().post("/habilitation", {"email": EMAIL})
    assert Envoi.objects.count() == 1
    for number in range(25):
        answer = Client().post("/habilitation", {"email": f"a{number}@example.org"})
    assert answer.status_code == 429


def test_validating_makes_the_structure_and_invites_its_people(state: Client, query_count) -> None:
    browser = opened()
    typed = WHOLE | {"telephone": "+262 269 99 00 03", "submit": "1"}
    assert "pas valable" in text(browser.post("/habilitation/dossier", typed | {"telephone": "au standard"}))
    assert browser.post("/habilitation/dossier", typed).status_code == 302
    dossier = Dossier.objects.get(email=EMAIL)
    with query_count(8):
        assert "Médiathèque de Veynes" in text(state.get("/habilitation/dossiers"))
    with query_count(11):
        page = text(state.get(f"/habilitation/dossiers/{dossier.id}"))
    assert "karim@veynes.example" in page
    assert "+262 269 99 00 03" in page
    assert state.post(f"/habilitation/dossiers/{dossier.id}", decision(state, "validee")).status_code == 302
    made = Structure.objects.get(siret="99999910500011")
    assert made.telephone == "+262269990003"
    assert "+262 269 99 00 03" in text(state.get(f"/registre/structures/{made.id}"))
    assert HabilitationStructure.objects.filter(structure=made, ended_at__isnull=True).exists()
    invited = {row.email: (row.is_aidant, row.is_referent) for row in Invitation.objects.filter(structure=made)}
    assert invited == {"odile.roux@veynes.example": (False, True), "karim@veynes.example": (True, False)}
    assert state.post(f"/habilitation/dossiers/{dossier.id}", decision(state, "validee")).status_code == 409
    assert Structure.objects.filter(siret="99999910500011").count() == 1
    assert "Votre structure est habilitée" in text(opened_again().get("/habilitation/dossier"))


@pytest.mark.writes("dossier:decide_refused")
def test_a_dossier_handed_in_before_a_referent_s_status_was_asked_is_asked_again(state: Client) -> None:
    dossier = submitted()
    Dossier.objects.update(referent_is_aidant=True)
    answer = state.post(f"/habilitation/dossiers/{dossier.id}", decision(state, "validee"))
    assert answer.status_code == 422
    assert "Dites le statut" in text(answer)
    Dossier.objects.update(referent_statut="agent_public")
    state.post(f"/habilitation/dossiers/{dossier.id}", decision(state, "validee"))
    invited = Invitation.objects.get(email="odile.roux@veynes.example")
    assert (invited.is_aidant, invited.statut) == (True, "agent_public")


def opened_again() -> Client:
    _later(timedelta(hours=1))
    return opened()


@pytest.mark.parametrize("given", [{}, {"code": "000000"}])
def test_a_decision_asks_a_fresh_factor(state: Client, given: dict[str, str]) -> None:
    dossier = submitted()
    answer = state.post(f"/habilitation/dossiers/{dossier.id}", {"etat": "validee"} | given)
    assert answer.status_code == 422
    dossier.refresh_from_db()
    assert dossier.etat == "en_instruction"
    assert not Structure.objects.exists()


@pytest.mark.writes("dossier:decide_refused")
def test_no_decision_that_owes_a_reason_is_taken_without_one(state: Client) -> None:
    dossier, who = submitted(), Fonction.objects.get().compte
    acteur = Acteur(Kind.COMPTE, who.id, None, "instructeur")
    done = decide_dossier(dossier.id, Decided(Etat.REFUSEE, " "), acteur, timezone.now())
    assert done == Denied(errors.REASON_MISSING)


@pytest.mark.writes("dossier:decide", "dossier:message")
def test_changes_are_asked_with_a_reason_and_words_go_both_ways(state: Client) -> None:
    dossier = submitted()
    address = f"/habilitation/dossiers/{dossier.id}"
    assert state.post(address, decision(state, "refusee", " ")).status_code == 422
    asked = decision(state, "modifications_demandees", "Le SIRET est celui du siège.")
    assert state.post(address, asked).status_code == 302
    browser = opened_again()
    page = text(browser.get("/habilitation/dossier"))
    assert "Le SIRET est celui du siège." in page
    browser.post("/habilitation/dossier/message", {"text": "Nous corrigeons."})
    assert "Nous corrigeons." in text(state.get(address))
    state.post(f"{address}/message", {"text": "Merci."})
    assert "Merci." in text(browser.get("/habilitation/dossier"))
    assert Envoi.objects.filter(purpose="dossier_nouvelle").count() == 2
    assert browser.post("/habilitation/dossier", WHOLE | {"submit": "1"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.etat == "en_instruction"
    browser.post("/habilitation/dossier", WHOLE | {"name": "Autre", "keep": "1"})
    dossier.refresh_from_db()
    assert dossier.name == "Médiathèque de Veynes"
    browser.post("/habilitation/dossier/fermeture")
    assert browser.get("/habilitation/dossier").status_code == 302


@pytest.mark.writes("dossier:submit")
def test_a_siret_seen_before_is_shown(state: Client) -> None:
    builders.structure("CCAS déjà là")
    dossier = submitted()
    Dossier.objects.create(
        email="b@example.org", name="Autre dossier", siret=dossier.siret, etat="refusee",
        created_at=timezone.now(), submitted_at=timezone.now(),
    )  # fmt: skip
    page = text(state.get(f"/habilitation/dossiers/{dossier.id}"))
    assert "Autre dossier" in page
    assert "CCAS déjà là" in page


@pytest.mark.writes("dossier:purge")
def test_nobody_else_instructs_and_a_draft_is_nobody_elses(state: Client) -> None:
    dossier = submitted()
    aidant = builders.signed_in(builders.aidant(builders.structure()))
    assert aidant.get("/habilitation/dossiers").status_code == 403
    assert aidant.post(f"/habilitation/dossiers/{dossier.id}", {"etat": "validee"}).status_code == 403
    draft = Dossier.objects.create(email="c@example.org", created_at=timezone.now() - timedelta(days=91))
    assert state.get(f"/habilitation/dossiers/{draft.id}").status_code == 404
    assert purge_dossiers(timezone.now()) == 1
    assert Dossier.objects.get() == dossier
