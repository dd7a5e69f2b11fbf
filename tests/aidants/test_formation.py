"""Training over HTTP: sessions near home, attendance by half-day, results one by one and by file, the certificate."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import (
    Certification,
    Inscription,
    MembreOrganisme,
    Organisme,
    Parcours,
    Presence,
    SessionFormation,
)
from aidants.dispositif.formation.sessions import inscribe
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite import errors
from aidants.domain.activite.formation import Cadre
from aidants.domain.decisions import Denied
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from tests import builders
from tests.aidants import training_desk
from tests.aidants.dispositif import scheme
from tests.aidants.training_desk import TrainingDesk
from tests.mandats.pages_desk import text
from tests.mandats.pdf_readers import words_of


@pytest.fixture
def desk(db: None) -> TrainingDesk:
    return training_desk.desk()


def mark(desk: TrainingDesk, session: SessionFormation, moment: str, present: list[Inscription], days_ago: int = 0):
    day = timezone.localdate() - timedelta(days=days_ago)
    given = {"jour": day.isoformat(), "moment": moment, "present": [one.id for one in present]}
    return desk.client.post(f"/organisme/sessions/{session.id}", given)


def test_the_nearest_sessions_come_first_whatever_the_department(desk: TrainingDesk, query_count) -> None:
    """From Gap: Sisteron, in the department beside, is nearer than Briançon, in its own."""
    far = desk.session(city="Lyon", insee_code="69123", departement="69")
    own = desk.session(city="Briançon", insee_code="05023", departement="05")
    beside = desk.session(city="Sisteron", insee_code="04209", departement="04")
    nowhere = desk.session(city="Ailleurs", insee_code="99999", departement="99")
    here = desk.session()
    desk.session(cadre="aidant", city="Veynes")
    desk.session(city="Annulée", cancelled_at=timezone.now())
    browser = builders.signed_in(desk.who)
    with query_count(10):
        page = text(browser.get("/formation"))
    found = [page.index(f"/formation/sessions/{one.id}/inscription") for one in (here, beside, own, far, nowhere)]
    assert found == sorted(found)
    assert "Les plus proches de Gap d’abord" in page
    assert "dans votre commune" in page
    assert "à environ 42 km" in page
    assert "Veynes" not in page
    assert "Annulée" not in page
    assert "0 heure sur 350" in page


def test_home_is_where_somebody_of_the_pool_lives(desk: TrainingDesk) -> None:
    scheme.candidat(compte=desk.who, city="Lyon", insee_code="69123")
    far, here = desk.session(), desk.session(city="Villeurbanne", insee_code="69266", departement="69")
    page = text(builders.signed_in(desk.who).get("/formation"))
    assert "Les plus proches de Lyon d’abord" in page
    assert page.index(str(here.id)) < page.index(str(far.id))


@pytest.mark.writes("formation:leave")
def test_a_place_is_taken_and_given_back(desk: TrainingDesk) -> None:
    session, other = desk.session(places=1), desk.session()
    browser = builders.signed_in(desk.who)
    browser.post(f"/formation/sessions/{session.id}/inscription")
    browser.post(f"/formation/sessions/{other.id}/inscription")
    mine = Inscription.objects.get()
    assert mine.session == session
    assert Entree.objects.filter(event="formation:inscribe_refused", reason="formation.already_inscribed").exists()
    assert "Rendre ma place" in text(browser.get("/formation"))
    second = builders.signed_in(training_desk.untrained(desk.place))
    second.post(f"/formation/sessions/{session.id}/inscription")
    assert Entree.objects.filter(reason="formation.session_full").exists()
    second.post(f"/formation/inscriptions/{mine.id}/abandon")
    assert Inscription.objects.filter(ended_at__isnull=True).count() == 1
    browser.post(f"/formation/inscriptions/{mine.id}/abandon")
    assert not Inscription.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.writes("formation:done", "formation:undone")
def test_attendance_adds_up_and_a_correction_takes_the_right_back(desk: TrainingDesk) -> None:
    Affectation.objects.update(is_conseiller=False)
    session = desk.session(cadre="aidant")
    mine = desk.inscribed(session)
    absent = desk.inscribed(session, training_desk.untrained(desk.place, is_conseiller=False))
    assert mark(desk, session, "matin", [mine]).status_code == 302
    assert not Parcours.objects.filter(completed_on__isnull=False).exists()
    mark(desk, session, "apres_midi", [mine])
    row = Parcours.objects.get(compte=desk.who)
    assert (row.half_days, row.completed_on) == (2, timezone.localdate())
    assert Parcours.objects.get(compte=absent.compte).half_days == 0
    mark(desk, session, "matin", [])
    row.refresh_from_db()
    assert (row.half_days, row.completed_on) == (1, None)
    assert [entry.event for entry in Entree.objects.filter(subject_id=desk.who.id).order_by("id")] == [
        "formation:done",
        "formation:undone",
    ]
    assert Presence.objects.count() == 4


@pytest.mark.writes("formation:mark_refused")
@pytest.mark.parametrize(("moment", "days_ago"), [("soir", 0), ("matin", -1), ("matin", 21)])
def test_no_half_day_outside_the_session_or_ahead(desk: TrainingDesk, moment: str, days_ago: int) -> None:
    session = desk.session()
    mine = desk.inscribed(session)
    mark(desk, session, moment, [mine], days_ago)
    assert not Presence.objects.exists()
    assert Entree.objects.filter(event="formation:mark_refused").exists()


@pytest.mark.writes("formation:mark")
def test_the_sheet_shows_who_is_inscribed(desk: TrainingDesk, query_count) -> None:
    session = desk.session()
    mine = desk.inscribed(session)
    day = training_desk.last_weekday()
    client = desk.client
    address = f"/organisme/sessions/{session.id}?jour={day.isoformat()}&moment=matin"
    with query_count(10):
        page = text(client.get(address))
    assert desk.who.full_name in page
    assert "pas encore marqué" in page
    mark(desk, session, "matin", [mine], (timezone.localdate() - day).days)
    assert "1 demi-journée suivie" in text(client.get(address))
    assert text(client.get("/organisme")).count("Gap, du") == 1


@pytest.mark.writes("certification:refused", "formation:cancel_session")
def test_a_body_reaches_its_own_sessions_and_people_only(desk: TrainingDesk) -> None:
    other = training_desk.organisme("AFPA", "99999950100003")
    stranger = builders.signed_in(training_desk.agent_of(other))
    session = desk.session(days_ago=-3)
    desk.inscribed(session)
    desk.trained()
    for method in ("get", "post"):
        assert getattr(stranger, method)(f"/organisme/sessions/{session.id}").status_code == 404
    assert stranger.post(f"/organisme/sessions/{session.id}/annulation").status_code == 404
    given = {"email": desk.who.email, "result": "obtenue", "day": timezone.localdate().isoformat()}
    assert errors.NOT_IN_SESSION.message in text(stranger.post("/organisme/resultats", given))
    assert not Certification.objects.exists()
    nobody = builders.compte()
    Fonction.objects.create(compte=nobody, role="organisme")
    assert "rattaché à aucun organisme" in text(builders.signed_in(nobody).get("/organisme"))
    assert builders.signed_in(desk.who).get("/organisme").status_code == 403
    assert desk.client.post(f"/organisme/sessions/{session.id}/annulation").status_code == 302
    assert not Inscription.objects.filter(ended_at__isnull=True).exists()
    desk.client.post(f"/organisme/sessions/{session.id}/annulation")
    (told,) = Envoi.objects.filter(purpose="session_annulee")
    message = message_of(told)
    assert message is not None
    assert message.to == desk.who.email
    assert "Gap, du" in message.text


@pytest.mark.writes("formation:open_session")
def test_a_body_opens_a_session(desk: TrainingDesk) -> None:
    today = timezone.localdate()
    given = {
        "cadre": "conseiller",
        "kind": "initiale",
        "city": "Embrun",
        "postcode": "05200",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=90)).isoformat(),
        "places": "15",
    }
    wrong = desk.client.post("/organisme/sessions/nouvelle", given | {"ends_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "Embrun" in text(wrong)
    past = {"starts_on": (today - timedelta(days=9)).isoformat(), "ends_on": (today - timedelta(days=1)).isoformat()}
    assert "Ce jour est passé" in text(desk.client.post("/organisme/sessions/nouvelle", given | past))
    assert "entre 1 et 500" in text(desk.client.post("/organisme/sessions/nouvelle", given | {"places": "501"}))
    assert not SessionFormation.objects.exists()
    assert desk.client.post("/organisme/sessions/nouvelle", given).status_code == 302
    made = SessionFormation.objects.get()
    assert (made.departement, made.insee_code, made.city) == ("05", "05046", "Embrun")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ({"postcode": "05200", "city": "Gap"}, "Les Orres"),
        ({"postcode": "05200", "city": ""}, "Les Orres"),
        ({"postcode": "97400", "city": "St Denis de la Réunion"}, "Saint-Denis"),
        ({"postcode": "05007", "city": "Gap"}, ""),
    ],
)
def test_a_commune_is_chosen_by_its_postal_code(desk: TrainingDesk, typed: dict[str, str], offered: str) -> None:
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=46)).isoformat(), "places": "4"}
    given = {"cadre": "conseiller", "kind": "initiale", **days}
    page = text(desk.client.post("/organisme/sessions/nouvelle", given | typed))
    if not offered:
        assert "Aucune commune n’a ce code postal" in page
        return
    assert f'<option value="{offered}">' in page
    assert "Choisissez la commune dans la liste" in page
    desk.client.post("/organisme/sessions/nouvelle", given | typed | {"city": offered})
    assert SessionFormation.objects.get().city == offered


@pytest.mark.writes("formation:open_session")
def test_a_postal_code_of_one_commune_is_enough(desk: TrainingDesk) -> None:
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=46)).isoformat(), "places": "4"}
    given = {"cadre": "conseiller", "kind": "initiale", "postcode": "98800", "city": "", **days}
    assert desk.client.post("/organisme/sessions/nouvelle", given).status_code == 302
    assert (SessionFormation.objects.get().city, SessionFormation.objects.get().departement) == ("Nouméa", "988")


def upload(desk: TrainingDesk, content: str):
    file = SimpleUploadedFile("pix.csv", content.encode(), content_type="text/csv")
    return desk.client.post("/organisme/resultats/import", {"results": file, **builders.factor(desk.agent)})


@pytest.mark.writes("certification:fail", "certification:import", "certification:obtain")
def test_a_file_of_results_is_taken_whole_or_not_at_all(desk: TrainingDesk) -> None:
    session, second = desk.session(), training_desk.untrained(desk.place)
    for who in (desk.who, second):
        desk.inscribed(session, who)
    desk.trained()
    today = timezone.localdate()
    line = f"{desk.who.email};{today:%d/%m/%Y};obtenue"
    bad = upload(
        desk,
        f"adresse;date;resultat\n{line}\n{line}\n{second.email};{today};obtenue\nx@example.org;{today};non\n"
        f"{desk.who.email};hier;obtenue\n{desk.who.email};{today};peut-être\nune seule colonne\n",
    )
    page = text(bad)
    assert bad.status_code == 422
    for number in (3, 4, 5, 6, 7, 8):
        assert f"Ligne {number} :" in page
    assert "Ligne 2" not in page
    assert not Certification.objects.exists()
    desk.trained(second)
    assert upload(desk, f"\ufeffadresse;date;resultat\n{line}\n{second.email};{today};non obtenue\n").status_code == 302
    assert Certification.objects.filter(source="csv", obtained=True).count() == 1
    assert upload(desk, "").status_code == 422
    assert "déjà une certification" in text(upload(desk, line))


@pytest.mark.writes("certification:print")
def test_the_certificate_is_a_pdf_with_the_six_skills(desk: TrainingDesk) -> None:
    browser = builders.signed_in(desk.who)
    assert browser.get("/formation/certificat").status_code == 404
    desk.trained()
    held = training_desk.certified(desk.who)
    answer = browser.get("/formation/certificat")
    assert answer["Content-Type"] == "application/pdf"
    words = words_of(answer.content)
    assert "Conclure des mandats" in words
    assert "350 heures" in words
    assert desk.who.full_name in words
    Certification.objects.filter(pk=held.pk).update(withdrawn_at=timezone.now())
    assert browser.get("/formation/certificat").status_code == 404


def instructeur() -> Compte:
    who = builders.compte()
    Fonction.objects.create(compte=who, role="instructeur")
    return who


@pytest.mark.writes("formation:approve", "formation:end_approval", "formation:member")
def test_the_anct_approves_a_body_and_attaches_its_agents(desk: TrainingDesk) -> None:
    anct = instructeur()
    state = builders.signed_in(anct)
    given = {"name": "Afpa", "siret": "99999950100003", "departement": "05", "city": "Gap"}
    assert state.post("/organismes", given | {"siret": "123"}).status_code == 422
    made = state.post("/organismes", given)
    body = Organisme.objects.get(name="Afpa")
    assert made["Location"] == f"/organismes/{body.id}"
    assert state.post("/organismes", given).status_code == 422
    agent = builders.compte()
    assert state.post(f"/organismes/{body.id}", {"email": agent.email}).status_code == 422
    Fonction.objects.create(compte=agent, role="organisme")
    assert state.post(f"/organismes/{body.id}", {"email": agent.email}).status_code == 302
    assert MembreOrganisme.objects.filter(organisme=body, compte=agent).exists()
    assert "Afpa" in text(builders.signed_in(agent).get("/organisme"))
    assert state.post(f"/organismes/{body.id}/fin").status_code == 422
    assert "rattaché à aucun organisme" not in text(builders.signed_in(agent).get("/organisme"))
    state.post(f"/organismes/{body.id}/fin", builders.factor(anct))
    assert "rattaché à aucun organisme" in text(builders.signed_in(agent).get("/organisme"))
    assert "Agrément terminé" in text(state.get("/organismes"))


@pytest.mark.writes("formation:inscribe", "formation:inscribe_refused")
def test_two_for_the_last_place(committed_db: str) -> None:
    desk = training_desk.desk()
    session = desk.session(places=1)
    people = [desk.who, training_desk.untrained(desk.place)]
    done: list[object] = []

    def take(who: Compte) -> None:
        doer = Acteur(Kind.COMPTE, who.id, desk.place.id, "aidant")
        done.append(inscribe(session.id, who, doer, timezone.now()))
        connection.close()

    threads = [threading.Thread(target=take, args=(who,)) for who in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(isinstance(one, Denied) for one in done) == [False, True]
    assert Cadre(Inscription.objects.get().cadre) is Cadre.CONSEILLER
