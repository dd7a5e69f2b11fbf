"""The right to conclude mandats: none without all four conditions, by any way; theirs within the same second."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import Certification, Parcours
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite import errors
from aidants.domain.decisions import Denied
from aidants.habilitation.conditions import restore_aidant, withdraw_aidant
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant, HabilitationStructure
from aidants.habilitation.selectors import may_act_for
from aidants.habilitation.textes import standing_conditions
from aidants.journal.models import Entree
from aidants.structures.invitations import Accepted, Invite, accept, invite
from aidants.structures.models import Adhesion, Affectation, Invitation, Structure
from aidants.structures.places import answer_adhesion, ask_to_join, set_roles
from mandats.domain.perimetre import Perimetre
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.brouillons import open_brouillon
from mandats.registre.services.closure import merge_structure
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.aidants import training_desk
from tests.aidants.training_desk import TrainingDesk
from tests.mandats import pages_desk

pytestmark = pytest.mark.django_db
ASKED = {"demarches": ["logement"], "duree": "J31"}


@pytest.fixture
def desk() -> TrainingDesk:
    return training_desk.desk()


def instructeur() -> Compte:
    who = builders.compte()
    Fonction.objects.create(compte=who, role="instructeur")
    return who


def may(desk: TrainingDesk) -> str:
    verdict = may_act_for(desk.who.id, desk.place.id)
    return verdict.reason.code if isinstance(verdict, Denied) else ""


@pytest.mark.writes("habilitation:accept_conditions")
def test_each_condition_is_asked_of_its_row_and_the_next_act_obeys(desk: TrainingDesk) -> None:
    assert may(desk) == errors.FORMATION_MISSING.code
    parcours = desk.trained()
    assert may(desk) == errors.CERTIFICATION_MISSING.code
    held = training_desk.certified(desk.who)
    assert may(desk) == errors.CONDITIONS_MISSING.code
    mine = builders.signed_in(desk.who)
    assert mine.post("/conditions", {"shown": standing_conditions().sha256}).status_code == 302
    assert may(desk) == ""
    for fall, back in (
        (lambda: Parcours.objects.update(completed_on=None), parcours.save),
        (lambda: Certification.objects.update(withdrawn_at=timezone.now()), held.save),
        (
            lambda: HabilitationStructure.objects.update(ended_at=timezone.now()),
            lambda: HabilitationStructure.objects.update(ended_at=None),
        ),
        (
            lambda: AcceptationConditions.objects.update(version="2020-01-01"),
            lambda: AcceptationConditions.objects.update(version=standing_conditions().version),
        ),
    ):
        fall()
        assert may(desk) != ""
        back()
        assert may(desk) == ""


def test_one_day_is_enough_outside_the_scheme_and_not_within(desk: TrainingDesk) -> None:
    Affectation.objects.update(is_conseiller=False)
    builders.able(desk.who, "aidant")
    assert may(desk) == ""
    Affectation.objects.update(is_conseiller=True)
    assert may(desk) == errors.FORMATION_MISSING.code


def test_an_uncertified_conseiller_concludes_by_no_screen_no_service_no_direct_post(desk: TrainingDesk) -> None:
    builders.able(desk.who)
    ready = builders.consented(desk.who, desk.place, now=timezone.now())
    builders.keys()
    Certification.objects.all().delete()
    doer, now = builders.acteur(desk.who, desk.place), timezone.now()
    assert open_brouillon(
        doer, Perimetre(({"code": "papiers", "formalites": []},), "J31"), now, shown_for=doer.known_structure_id
    ) == Denied(errors.CERTIFICATION_MISSING)
    assert sign_mandat(ready.id, doer, now) == Denied(errors.CERTIFICATION_MISSING)
    browser = builders.signed_in(desk.who)
    assert errors.CERTIFICATION_MISSING.message in pages_desk.text(browser.get("/accueil"))
    browser.post("/mandats/nouveau", ASKED | {"structure": desk.place.id})
    code = builders.totp_code(desk.who)
    answer = browser.post(f"/mandats/brouillons/{ready.id}/acceptation", {"code": code})
    assert answer.status_code != 302
    assert not Mandat.objects.exists()
    assert Brouillon.objects.count() == 1
    assert Entree.objects.filter(event="mandat:sign_refused", reason=errors.CERTIFICATION_MISSING.code).exists()


@pytest.mark.writes("certification:withdraw")
def test_the_certificate_opens_the_right_and_its_withdrawal_shuts_it(desk: TrainingDesk) -> None:
    builders.able(desk.who)
    Certification.objects.all().delete()
    Parcours.objects.update(source="presences", completed_on=timezone.localdate())
    desk.inscribed(desk.session())
    given = {"email": desk.who.email, "result": "obtenue", "day": timezone.localdate().isoformat()}
    assert may(desk) == errors.CERTIFICATION_MISSING.code
    assert desk.client.post("/organisme/resultats", given).status_code == 302
    assert may(desk) == ""
    mandat = builders.mandat(desk.who, desk.place, now=timezone.now())
    held = Certification.objects.get()
    agent = instructeur()
    state, here = builders.signed_in(agent), f"/certifications/{held.id}/retrait"
    assert "Certificat obtenu le" in pages_desk.text(state.get(here))
    for wrong in (builders.factor(agent) | {"why": ""}, {"why": "Fraude au test"}, {"why": "Fraude", "code": "000000"}):
        assert state.post(here, wrong).status_code == 422
    assert may(desk) == ""
    assert state.post(here, builders.factor(agent) | {"why": "Fraude au test"}).status_code == 302
    assert may(desk) == errors.CERTIFICATION_MISSING.code
    browser = builders.signed_in(desk.who)
    first = mandat.autorisations.get()
    use = {
        "autorisation": first.id,
        "channel": "telephone",
        "body": "CAF",
        "description": "Appel",
        "used_on": timezone.localdate().isoformat(),
        "manner": "avec",
        "confirmed": "1",
    }
    answer = browser.post(f"/mandats/{mandat.id}/utilisation", use)
    assert not mandat.utilisations.exists(), answer.status_code


def test_the_screen_says_what_is_missing_and_who_can_act(desk: TrainingDesk, query_count) -> None:
    browser = builders.signed_in(desk.who)
    browser.get("/accueil")
    with query_count(5):
        page = pages_desk.text(browser.get("/mon-droit"))
    assert page.count("manque") >= 3
    assert "l’organisme de formation marque vos présences" in page
    assert "Vous seul" in page


@pytest.mark.writes("habilitation:restore", "habilitation:withdraw")
def test_an_instructeur_withdraws_one_aidant_and_gives_back(desk: TrainingDesk) -> None:
    builders.able(desk.who)
    place = Affectation.objects.get(compte=desk.who)
    agent = instructeur()
    state, here = builders.signed_in(agent), f"/habilitations/places/{place.id}"
    for wrong in (builders.factor(agent) | {"why": ""}, {"why": "Parti"}, {"why": "Parti", "code": "000000"}):
        assert state.post(here, wrong).status_code == 422
    assert may(desk) == ""
    state.post(here, builders.factor(agent) | {"why": "A quitté son poste"})
    assert may(desk) == "habilitation.aidant_not_habilite"
    assert "Aucun retrait de votre habilitation" in pages_desk.text(state.get(f"/habilitations/{desk.who.id}"))
    assert "Rétablir l’habilitation" in pages_desk.text(state.get(here))
    assert state.post(here, {"restore": "1"}).status_code == 422
    # Somebody else withdrew meanwhile: what was asked for is not turned into its contrary.
    assert state.post(here, builders.factor(agent) | {"why": "Parti"}).status_code == 302
    assert may(desk) != ""
    state.post(here, builders.factor(agent) | {"restore": "1"})
    assert may(desk) == ""
    assert HabilitationAidant.objects.filter(affectation=place).count() == 2
    assert state.post("/habilitations", {"email": "personne@example.org"}).status_code == 422
    found = state.post("/habilitations", {"email": desk.who.email})
    assert found["Location"] == f"/habilitations/{desk.who.id}"


def test_terms_are_accepted_once_and_journaled(desk: TrainingDesk) -> None:
    browser = builders.signed_in(desk.who)
    assert "J’accepte ces conditions" in pages_desk.text(browser.get("/conditions"))
    shown = standing_conditions().sha256
    assert f'name="shown" value="{shown}"' in pages_desk.text(browser.get("/conditions"))
    browser.post("/conditions", {"shown": shown})
    browser.post("/conditions", {"shown": shown})
    assert AcceptationConditions.objects.get(compte=desk.who).text_sha256 == shown
    assert Entree.objects.filter(event="habilitation:accept_conditions").count() == 1
    assert "Vous avez accepté" in pages_desk.text(browser.get("/conditions"))


@pytest.mark.writes("habilitation:accept_conditions_refused")
def test_terms_that_were_not_shown_are_not_accepted(desk: TrainingDesk) -> None:
    browser = builders.signed_in(desk.who)
    for shown in ({}, {"shown": "a" * 64}):
        answer = browser.post("/conditions", shown)
        assert answer.status_code == 409
        assert "Le texte a changé pendant que vous le lisiez" in pages_desk.text(answer)
    assert not AcceptationConditions.objects.filter(compte=desk.who).exists()


def test_terms_that_were_accepted_keep_their_words() -> None:
    """Other words take a file of another date; this list only grows."""
    kept = {
        "2026-11-26": "885dbdb58200adeb8792407f1f48d9d3b130a7d618c2e1c2d426cbe8f72b0305",
        "2026-11-27": "98d9dc0a621e0fd6775011de4f0ed61dd6145960b62f190c36a07c658a951e14",
    }
    terms = standing_conditions()
    assert kept[terms.version] == terms.sha256
    assert len(terms.engagements) == 8


def _invited_again(place: Structure, who: Compte, referent: Acteur) -> None:
    asked = Invite(who.email, who.given_name, who.family_name, "Agente", is_aidant=True, statut="agent_public")
    waiting, now = invite(place, asked, referent, timezone.now()), timezone.now()
    assert isinstance(waiting, Invitation)
    assert isinstance(accept(waiting, who, now), Accepted)


def _joins_again(place: Structure, who: Compte, referent: Acteur) -> None:
    now = timezone.now()
    asked = ask_to_join(place, who, Acteur(Kind.COMPTE, who.id), now)
    assert isinstance(asked, Adhesion)
    assert answer_adhesion(asked.id, referent, accept=True, statut="agent_public", now=now)


@pytest.mark.parametrize("again", [_invited_again, _joins_again])
def test_no_new_place_undoes_a_withdrawal_and_only_an_instructeur_does(desk: TrainingDesk, again: Callable) -> None:
    builders.able(desk.who)
    Compte.objects.filter(pk=desk.who.pk).update(last_login=timezone.now())
    desk.who.refresh_from_db()
    agent = instructeur()
    state = builders.signed_in(agent)
    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=desk.place, is_referent=True, started_at=builders.NOW)
    doer = Acteur(Kind.COMPTE, referent.id, desk.place.id, "referent")
    first = Affectation.objects.get(compte=desk.who)
    state.post(f"/habilitations/places/{first.id}", builders.factor(agent) | {"why": "Fraude"})
    for _ in range(2):
        place = Affectation.objects.get(compte=desk.who, ended_at=None)
        assert set_roles(place.id, doer, is_aidant=False, is_referent=False, now=timezone.now())
        again(desk.place, desk.who, doer)
        assert may(desk) == "habilitation.aidant_not_habilite"
    place = Affectation.objects.get(compte=desk.who, ended_at=None)
    shown = pages_desk.text(state.get(f"/habilitations/{desk.who.id}"))
    assert "Aucun retrait de votre habilitation" in shown
    here = f"/habilitations/places/{place.id}"
    assert state.post(here, builders.factor(agent) | {"restore": "1"}).status_code == 302
    assert may(desk) == ""
    assert state.post(here, builders.factor(agent) | {"why": "Fraude, encore"}).status_code == 302
    assert may(desk) == "habilitation.aidant_not_habilite"
    assert not HabilitationAidant.objects.filter(ended_at=None).exists()


@pytest.mark.writes("habilitation:restore", "habilitation:withdraw", "structure:absorb")
def test_a_withdrawal_follows_through_mergers_and_is_given_back_where_one_arrives(desk: TrainingDesk) -> None:
    builders.able(desk.who, "aidant")
    Affectation.objects.update(is_conseiller=False, statut="agent_public")
    second, third = (
        builders.structure("Deux", siret="99999920400012"),
        builders.structure("Trois", siret="99999930300013"),
    )
    both = Affectation.objects.create(compte=desk.who, structure=third, is_aidant=True, started_at=builders.NOW)
    HabilitationAidant.objects.create(affectation=both, validee_at=builders.NOW)
    state = Acteur(Kind.COMPTE, instructeur().id, None, "administrateur")
    assert withdraw_aidant(Affectation.objects.get(structure=desk.place), "Fraude", state, timezone.now())
    assert may_act_for(desk.who.id, third.id), "in one structure alone"
    assert merge_structure(desk.place.id, second, state, timezone.now())
    welcomed = Affectation.objects.get(compte=desk.who, structure=second)
    assert welcomed.statut == "agent_public"
    assert not may_act_for(desk.who.id, second.id)
    assert merge_structure(second.id, third, state, timezone.now())
    assert not may_act_for(desk.who.id, third.id)
    assert not withdraw_aidant(both, "Fraude", state, timezone.now()), "it is already"
    assert restore_aidant(both, state, timezone.now())
    assert may_act_for(desk.who.id, third.id)
    assert not restore_aidant(both, state, timezone.now()), "it stands"
