"""What the scheme lets go: the clock is moved, and the whole database is read for what should be gone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.dispositif import conservation, vivier
from aidants.dispositif.activite import figures
from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.activite.reports import write_report
from aidants.dispositif.models import Candidat, Candidature, MessageCandidature
from aidants.dispositif.soutien.calls import queue_call
from aidants.dispositif.soutien.models import AppelSolidarite
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.comptes_rendus import Contenu
from aidants.domain.dispositif import delais
from aidants.habilitation.dossiers import purge_dossiers
from aidants.habilitation.models import Dossier, DossierAidant, DossierMessage
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.dispositif import scheme
from tests.dump import places_of

pytestmark = pytest.mark.django_db
NOW = builders.NOW
DAY = timedelta(days=1)
PERSON = {"given_name": "Perpétue", "family_name": "QUERBEZ", "email": "perpetue.q@example.org"}
NEEDLES = ["Perpétue", "QUERBEZ", "perpetue.q", "+33611223344", "vannerie"]


@pytest.mark.writes("dispositif:purge")
@pytest.mark.parametrize(
    ("state", "life", "more"),
    [
        ("refusee", delais.DECIDED_LIFE, {"reason": "Hors du champ."}),
        ("abandonnee", delais.DECIDED_LIFE, {}),
        ("retenue", delais.RETAINED_LIFE, {"posts_retained": 1}),
    ],
)
def test_who_wrote_an_application_is_forgotten_and_the_decision_stays(
    state: str, life: timedelta, more: dict[str, object]
) -> None:
    kept = {"structure": builders.structure()} if state == "retenue" else {}
    person = PERSON | {"telephone": "+33611223344", "profession": "vannerie"}
    made = scheme.candidature(
        state=state, decided_at=NOW, project="vannerie", consulted="vannerie", **person, **more, **kept
    )
    MessageCandidature.objects.create(candidature=made, from_applicant=True, text="vannerie", created_at=NOW)
    assert conservation.forget_applicants(NOW + life) == 0
    assert places_of(NEEDLES)
    assert conservation.forget_applicants(NOW + life + DAY) == 1
    assert places_of(NEEDLES) == set()
    made.refresh_from_db()
    assert (made.state, made.siret, made.name) == (state, "21050061400016", "Ville d’essai")
    assert conservation.forget_applicants(NOW + life + DAY) == 0
    assert Entree.objects.filter(event="dispositif:purge").count() == 1


def test_an_application_under_review_is_never_purged() -> None:
    scheme.candidature()
    scheme.candidature(state="examen")
    assert conservation.forget_applicants(NOW + 20 * delais.RETAINED_LIFE) == 0


def _hired(at: datetime = NOW, **fields: Any) -> Candidat:
    who = scheme.candidat(cv=b"%PDF vannerie", cv_name="cv-QUERBEZ.pdf", presentation="vannerie", **PERSON)
    Candidat.objects.filter(pk=who.pk).update(telephone="+33611223344", withdrawn_at=at)
    made = scheme.contrat(builders.structure(), created_at=at, **fields)
    relation = made.mise_en_relation
    relation.candidat = who
    relation.save()
    return who


def test_the_cv_goes_three_months_after_the_contract_and_the_name_five_years_after_its_end() -> None:
    who = _hired()
    assert conservation.empty_profiles(NOW + delais.RECRUITED_LIFE) == 0
    assert conservation.empty_profiles(NOW + delais.RECRUITED_LIFE + DAY) == 1
    assert places_of(["vannerie", "+33611223344", "cv-QUERBEZ"]) == set()
    assert conservation.empty_profiles(NOW + 2 * delais.RECRUITED_LIFE) == 0
    vivier.forget_profiles(NOW + 3 * delais.POOL_LIFE)
    who.refresh_from_db()
    assert who.family_name == "QUERBEZ"
    end = NOW.replace(year=2028, month=9, day=30)
    assert conservation.forget_recruited(end + delais.RETAINED_LIFE) == 0
    assert conservation.forget_recruited(end + delais.RETAINED_LIFE + 2 * DAY) == 1
    assert places_of(NEEDLES) == set()
    assert conservation.forget_recruited(end + 2 * delais.RETAINED_LIFE) == 0


def test_a_contract_without_term_keeps_its_name_and_who_came_back_keeps_a_cv_for_a_year() -> None:
    who = _hired(kind="cdi", ends_on=None)
    assert conservation.forget_recruited(NOW + 20 * delais.RETAINED_LIFE) == 0
    Candidat.objects.filter(pk=who.pk).update(withdrawn_at=None, updated_at=NOW + 100 * DAY)
    assert conservation.empty_profiles(NOW + 400 * DAY) == 0
    assert conservation.empty_profiles(NOW + 470 * DAY) == 1
    who.refresh_from_db()
    assert who.withdrawn_at is not None


def test_the_pay_of_a_contract_goes_ten_years_after_its_end() -> None:
    place = builders.structure()
    made = scheme.contrat(place, ended_on=NOW.date(), motif="licenciement", earned=1, gross_monthly=180017)
    assert conservation.forget_pay(NOW + delais.ACCOUNTS_LIFE) == 0
    assert conservation.forget_pay(NOW + delais.ACCOUNTS_LIFE + DAY) == 1
    made.refresh_from_db()
    assert (made.gross_monthly, made.motif, made.granted) == (0, "autre", 5000000)
    assert conservation.forget_pay(NOW + 2 * delais.ACCOUNTS_LIFE) == 0


def test_a_profile_that_its_person_withdrew_is_gone_a_month_later() -> None:
    scheme.candidat(withdrawn_at=NOW, **PERSON)
    vivier.forget_profiles(NOW + delais.WITHDRAWN_LIFE)
    assert Candidat.objects.exists()
    vivier.forget_profiles(NOW + delais.WITHDRAWN_LIFE + DAY)
    assert not Candidat.objects.exists()
    assert places_of(NEEDLES) == set()


def _dossier(etat: str, **fields: object) -> Dossier:
    given = {"email": PERSON["email"], "referent_family_name": "QUERBEZ", "created_at": NOW, "submitted_at": NOW}
    made = Dossier.objects.create(etat=etat, decided_at=NOW, **given, **fields)
    DossierAidant.objects.create(dossier=made, profession="agent", statut="salarie", **PERSON)
    DossierMessage.objects.create(dossier=made, text="vannerie", written_at=NOW)
    return made


@pytest.mark.writes("dossier:purge")
@pytest.mark.parametrize(
    ("etat", "life"),
    [
        ("refusee", delais.DECIDED_LIFE),
        ("cloturee", delais.DECIDED_LIFE),
        ("modifications_demandees", delais.UNANSWERED_LIFE),
        ("validee", delais.VALIDATED_LIFE),
    ],
)
def test_an_habilitation_dossier_handed_in_is_forgotten_too(etat: str, life: timedelta) -> None:
    kept = {"structure": builders.structure()} if etat == "validee" else {}
    _dossier(etat, **kept)
    assert purge_dossiers(NOW + life) == 0
    assert purge_dossiers(NOW + life + DAY) == 1
    assert places_of(NEEDLES) == set()
    assert Dossier.objects.count() == len(kept)
    assert purge_dossiers(NOW + 2 * life) == 0


def test_a_dossier_that_waits_for_the_anct_stays() -> None:
    _dossier("en_instruction")
    assert purge_dossiers(NOW + 20 * delais.DECIDED_LIFE) == 0


def test_old_reports_go_and_what_they_added_up_to_stays() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    now = timezone.now()
    today = timezone.localdate()
    write_report(
        Contenu(today, "bureau", "atelier", 12, ("courriel",), "avec", "fait"), builders.acteur(who, place), now
    )
    assert conservation.forget_reports(now + delais.CRA_LIFE - DAY) == 0
    assert conservation.forget_reports(now + delais.CRA_LIFE + 2 * DAY) == 1
    assert not CompteRendu.objects.exists()
    months = figures.by_month(figures.structure_scope(place.id), figures.last_months(today, 1))
    assert figures.add_up(months).people == 12


def test_a_call_that_nobody_took_is_forgotten_after_a_month_and_gone_a_year_later() -> None:
    agent = scheme.holder("accueil")
    queue_call("05", "+33611223344", "usages", Acteur(Kind.COMPTE, agent.id, None, "accueil"), NOW)
    assert conservation.forget_calls(NOW + delais.WAITING_LIFE) == 0
    assert conservation.forget_calls(NOW + delais.WAITING_LIFE + DAY) == 1
    call = AppelSolidarite.objects.get()
    assert (bytes(call.telephone_sealed), call.outcome) == (b"", "oublie")
    assert places_of(["+33611223344"]) == set()
    conservation.keep_scheme(NOW + delais.WAITING_LIFE + delais.CALL_LIFE + 2 * DAY)
    assert not AppelSolidarite.objects.exists()
    assert Candidature.objects.count() == 0
