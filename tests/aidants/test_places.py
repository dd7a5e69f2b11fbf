"""Roles in a team, requests to join, and forms that never change structure under one's hands."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.errors import NOT_A_PROFESSIONAL
from aidants.domain.decisions import Denied
from aidants.domain.errors import NOT_A_REFERENT, STATUT_UNDECLARED
from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from aidants.structures.models import Adhesion, Affectation, Structure
from aidants.structures.places import change_place
from deploy import periods
from mandats.registre.models import Brouillon, Mandat
from tests import builders
from tests.aidants.mailbox import messages_to

pytestmark = pytest.mark.django_db
OTHER = "99999920400012"


def referent_of(place: Structure) -> Compte:
    made = builders.compte()
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


@pytest.fixture
def place() -> Structure:
    return builders.structure()


@pytest.fixture
def sylvie(place: Structure) -> Compte:
    return referent_of(place)


@pytest.fixture
def desk(sylvie: Compte) -> Client:
    return builders.signed_in(sylvie)


def change(desk: Client, by: Compte, who: Compte, *roles: str) -> Any:
    return send(desk, by, who, roles=roles)


def send(desk: Client, by: Compte, who: Compte, **typed: Any) -> Any:
    """Send the page of somebody's place as a browser does: what it showed comes back beside what is typed."""
    shown = {name: getattr(who, name) for name in ("given_name", "family_name", "profession")}
    hidden = {f"initial-{name}": value for name, value in shown.items()}
    given = {**hidden, **shown, "roles": ["aidant"], "code": builders.totp_code(by)} | typed
    return desk.post(f"/equipe/{who.id}/place", given)


@pytest.mark.writes("compte:correct_identity")
def test_a_wrong_name_is_corrected_told_and_changes_nothing_that_was_signed(
    desk: Client, sylvie: Compte, place: Structure
) -> None:
    nadia = builders.aidant(place, given_name="Nadja", family_name="BENALY", profession="Agent")
    before = builders.mandat(nadia, place, now=timezone.now())
    page = desk.get(f"/equipe/{nadia.id}/place").content.decode()
    assert all(f'value="{shown}"' in page for shown in ("Nadja", "BENALY", "Agent"))
    assert page.count('name="initial-family_name"') == 1
    for wrong in ({"code": "000000"}, {"family_name": ""}, {"given_name": "<b>"}, {"profession": ""}):
        assert send(desk, sylvie, nadia, **{"family_name": "BENALI", **wrong}).status_code == 422, wrong
    assert Compte.objects.get(pk=nadia.pk).family_name == "BENALY"
    typed = {"given_name": "Nadia", "family_name": "BENALI", "profession": "Conseillère numérique"}
    assert send(desk, sylvie, nadia, **typed)["Location"] == "/equipe"
    assert "Nadia BENALI" in desk.get("/equipe").content.decode()
    entry = Entree.objects.get(event="compte:correct_identity")
    assert (entry.acteur_id, entry.subject_id, entry.structure_id) == (sylvie.id, nadia.id, place.id)
    body = bytes(entry.body).decode()
    assert "family_name" in body
    assert not any(name in body for name in ("BENALI", "BENALY", "Nadia"))
    assert not Entree.objects.filter(event="role:change", subject_id=nadia.id).exists()
    told = messages_to(nadia.email)[-1]
    assert "Nadia BENALI, Conseillère numérique" in told.text
    assert "BENALI" not in told.subject
    after = Mandat.objects.get(pk=before.pk)
    assert (after.acte, after.frozen_text) == (before.acte, before.frozen_text)
    assert "BENALY" in after.frozen_text
    nadia.refresh_from_db()
    assert "BENALI" in builders.mandat(nadia, place, now=timezone.now()).frozen_text


def test_what_another_referent_corrected_meanwhile_stays(desk: Client, sylvie: Compte, place: Structure) -> None:
    nadia = builders.aidant(place, family_name="BENALY", profession="Agent")
    Compte.objects.filter(pk=nadia.pk).update(family_name="BENALI")
    assert send(desk, sylvie, nadia, profession="Conseillère").status_code == 302
    nadia.refresh_from_db()
    assert (nadia.family_name, nadia.profession) == ("BENALI", "Conseillère")


def test_roles_that_are_refused_leave_the_name(place: Structure) -> None:
    nadia, stranger = builders.aidant(place, family_name="BENALY"), referent_of(builders.structure("B", siret=OTHER))
    held, by = nadia.affectations.get(), builders.acteur(stranger, place)
    roles: dict[str, Any] = {"is_aidant": True, "is_referent": True, "statut": ""}
    done = change_place(held.id, by, **roles, identity={"family_name": "AUTRE"}, now=timezone.now())
    assert done == Denied(NOT_A_REFERENT)
    assert Compte.objects.get(pk=nadia.pk).family_name == "BENALY"


@pytest.mark.writes("role:change")
def test_another_referent_is_named_and_told(desk: Client, sylvie: Compte, place: Structure) -> None:
    nadia = builders.aidant(place)
    assert "Votre structure n’a qu’un référent" in desk.get("/equipe").content.decode()
    assert change(desk, sylvie, nadia, "aidant", "referent").status_code == 302
    assert Affectation.objects.get(compte=nadia).is_referent
    assert builders.signed_in(nadia).get("/equipe").status_code == 200
    assert "n’a qu’un référent" not in desk.get("/equipe").content.decode()
    entry = Entree.objects.get(event="role:change")
    assert (entry.acteur_id, entry.subject_id, entry.structure_id) == (sylvie.id, nadia.id, place.id)
    send_due(timezone.now())
    assert nadia.email in mail.outbox[-1].to


def test_who_leaves_the_team_opens_nothing_at_the_next_request(desk: Client, sylvie: Compte, place: Structure) -> None:
    nadia = builders.aidant(place, family_name="BENALI")
    mandat, theirs = builders.mandat(nadia, place, now=timezone.now()), builders.signed_in(nadia)
    assert theirs.get(f"/mandats/{mandat.id}").status_code == 200
    assert change(desk, sylvie, nadia).status_code == 302
    assert theirs.get(f"/mandats/{mandat.id}").status_code == 404
    assert Entree.objects.get(event="role:withdraw").subject_id == nadia.id
    assert "BENALI" not in desk.get("/equipe").content.decode().split("<main")[1]


def test_a_code_is_asked_and_the_last_referent_stays(desk: Client, sylvie: Compte, place: Structure) -> None:
    nadia, olga = builders.aidant(place), referent_of(place)
    assert send(desk, sylvie, nadia, roles=["referent"], code="000000").status_code == 422
    Affectation.objects.filter(compte=sylvie).update(is_aidant=True)
    assert send(desk, sylvie, olga, statut="salarie").status_code == 302, "sylvie remains"
    assert not Affectation.objects.get(compte=olga).is_referent
    assert desk.get(f"/equipe/{sylvie.id}/place").status_code == 404, "nobody changes their own roles"


def test_another_structure_s_people_are_as_unknown_as_nobody(desk: Client, sylvie: Compte) -> None:
    elsewhere = builders.structure("Ailleurs", siret="99999920400012")
    stranger = builders.aidant(elsewhere)
    assert change(desk, sylvie, stranger).status_code == 404
    asked = Adhesion.objects.create(compte=builders.compte(), structure=elsewhere, asked_at=timezone.now())
    for given in ({"code": builders.totp_code(sylvie)}, {"answer": "refuser"}):
        assert desk.post(f"/equipe/demandes/{asked.id}", given).status_code == 404
    asked.refresh_from_db()
    assert asked.answer == ""
    assert Affectation.objects.get(compte=stranger).ended_at is None


@pytest.mark.parametrize(("answer", "places"), [("accepter", 1), ("refuser", 0)])
@pytest.mark.writes("adhesion:ask", "adhesion:answer")
def test_an_aidant_of_elsewhere_asks_and_a_referent_answers(
    desk: Client, sylvie: Compte, place: Structure, answer: str, places: int
) -> None:
    hugo = builders.aidant(builders.structure("Ailleurs", siret="99999920400012"), family_name="MARCHETTI")
    theirs = builders.signed_in(hugo)
    assert theirs.post("/structures/rejoindre", {"siret": "123"}).status_code == 422
    assert theirs.post("/structures/rejoindre", {"siret": "999 999 105 00011"}).status_code == 302
    again = theirs.post("/structures/rejoindre", {"siret": place.siret})
    assert "votre demande y attend déjà" in again.content.decode()
    assert Entree.objects.get(subject_id=hugo.id, event="role:refuse").reason == "adhesion.known"
    page = desk.get("/equipe").content.decode()
    assert "Demandent à rejoindre" in page
    assert "MARCHETTI" in page
    asked = Adhesion.objects.get()
    address, code = f"/equipe/demandes/{asked.id}", builders.totp_code
    for given in ({}, {"answer": "accepter"}, {"answer": "accepter", "code": "000000"}):
        assert desk.post(address, given).status_code == 422
    assert not Affectation.objects.filter(compte=hugo, structure=place).exists(), "a place is given by a fresh factor"
    assert "MARCHETTI" in desk.get(address).content.decode()
    for statut in ("", "benevole"):
        assert desk.post(address, {"code": code(sylvie), "statut": statut}).status_code == 422
    welcome = {"code": code(sylvie), "statut": "salarie"}
    assert desk.post(address, welcome if answer == "accepter" else {"answer": answer})["Location"] == "/equipe"
    assert Affectation.objects.filter(compte=hugo, structure=place, is_aidant=True).count() == places
    assert desk.post(address, welcome | {"code": code(sylvie)})["Location"] == "/equipe"
    assert Affectation.objects.filter(compte=hugo, structure=place).count() == places, "one answer counts"
    events = Entree.objects.filter(subject_id=asked.id).order_by("id").values_list("event", flat=True)
    assert list(events) == ["adhesion:ask", "adhesion:answer"]


@pytest.mark.writes("role:change", "role:refuse")
def test_who_becomes_an_aidant_is_declared_a_professional_and_one_elected_stays_none(
    desk: Client, sylvie: Compte, place: Structure
) -> None:
    olga, nadia = referent_of(place), builders.aidant(place)
    held = olga.affectations.get()
    assert send(desk, sylvie, nadia, roles=["aidant", "referent"]).status_code == 302, "an aidant before it was asked"
    assert change(desk, sylvie, olga, "aidant", "referent").status_code == 422
    assert send(desk, sylvie, olga, roles=["aidant", "referent"], statut="stagiaire").status_code == 422
    both: dict[str, Any] = {"is_aidant": True, "is_referent": True, "identity": {}}
    now = timezone.now()
    acteur = Acteur(Kind.COMPTE, sylvie.id, place.id, "referent")
    for statut, reason in (("", STATUT_UNDECLARED), ("elu", NOT_A_PROFESSIONAL)):
        assert change_place(held.id, acteur, **both, statut=statut, now=now) == Denied(reason)
    assert send(desk, sylvie, olga, roles=["aidant", "referent"], statut="agent_public").status_code == 302
    held.refresh_from_db()
    assert (held.is_aidant, held.statut) == (True, "agent_public")
    assert send(desk, sylvie, olga, roles=["aidant"], statut="elu").status_code == 422, "no aidant once elected"
    assert send(desk, sylvie, olga, roles=["referent"], statut="elu").status_code == 302
    assert send(desk, sylvie, olga, roles=["referent", "aidant"], **{"initial-statut": "elu"}).status_code == 422
    assert b'"statut":"elu"' in bytes(Entree.objects.filter(event="role:change").order_by("-id")[0].body)


def test_a_request_may_be_taken_back_by_who_made_it(place: Structure) -> None:
    hugo = builders.compte()
    theirs, asked = (
        builders.signed_in(hugo),
        Adhesion.objects.create(compte=hugo, structure=place, asked_at=timezone.now()),
    )
    other = builders.signed_in(builders.compte())
    assert other.post(f"/structures/rejoindre/{asked.id}/retrait").status_code == 404
    assert theirs.post(f"/structures/rejoindre/{asked.id}/retrait").status_code == 302
    assert theirs.post(f"/structures/rejoindre/{asked.id}/retrait").status_code == 404
    asked.refresh_from_db()
    assert asked.answer == "retiree"
    told = Entree.objects.get(event="adhesion:answer", subject_id=asked.id)
    assert told.acteur_id == hugo.id


def test_a_request_that_nobody_answers_is_closed_after_a_month_and_may_be_made_again(place: Structure) -> None:
    now = timezone.now()
    hugo = builders.compte()
    wanted = {"compte": hugo, "structure": place}
    late = Adhesion.objects.create(**wanted, asked_at=now - timedelta(days=30, seconds=1))
    fresh = Adhesion.objects.create(compte=builders.compte(), structure=place, asked_at=now - timedelta(days=29))
    periods.run_due(now)
    assert Entree.objects.filter(event="adhesion:answer", subject_id=late.id).count() == 1
    late.refresh_from_db()
    fresh.refresh_from_db()
    assert (late.answer, fresh.answer) == ("expiree", "")
    assert Adhesion.objects.create(**wanted, asked_at=now).answer == ""


def test_the_team_at_a_glance(desk: Client, place: Structure, query_count: Any) -> None:
    ready, untrained = builders.aidant(place, family_name="PRÊTE"), builders.compte(family_name="NEUF")
    Affectation.objects.create(compte=untrained, structure=place, is_aidant=True, started_at=builders.NOW)
    builders.mandat(ready, place, now=timezone.now())
    with query_count(9):
        page = desk.get("/equipe").content.decode()
    assert "Peut conclure des mandats" in page
    assert "Attend encore\u00a0: Formation suivie en entier" in page
    assert "dernier acte ici le" in page
    assert "DUBOIS" not in page


def test_figures_hide_what_points_at_somebody(desk: Client, place: Structure, query_count: Any) -> None:
    who = builders.aidant(place)
    for _ in range(2):
        builders.utilisation(builders.mandat(who, place, now=timezone.now()))
    with query_count(6):
        page = desk.get("/equipe/chiffres").content.decode()
    assert "moins de 5" in page
    assert "masqué" in page
    for _ in range(4):
        builders.utilisation(builders.mandat(who, place, now=timezone.now()))
    page = desk.get("/equipe/chiffres").content.decode()
    assert "Mandats conclus</dt><dd>6" in page
    assert "<td>6</td>" in page


def test_a_form_opened_under_one_structure_is_never_signed_under_another(place: Structure) -> None:
    who, second = builders.aidant(place), builders.structure("Médiathèque", siret="99999930300013")
    joined = Affectation.objects.create(compte=who, structure=second, is_aidant=True, started_at=timezone.now())
    browser, brouillon = builders.signed_in(who), builders.consented(who, place, now=timezone.now())
    accept = f"/mandats/brouillons/{brouillon.id}/acceptation"
    assert browser.get(accept).status_code == 200
    browser.post("/structures", {"structure": str(second.id)})
    refused = browser.post(accept, {"code": builders.totp_code(who)})
    assert refused.status_code == 404
    assert "changez de structure" in refused.content.decode()
    assert not Mandat.objects.exists()
    assert Brouillon.objects.get().structure == place
    browser.post("/structures", {"structure": str(place.id)})
    builders.keys()
    assert browser.post(accept, {"code": builders.totp_code(who)}).status_code == 302
    assert Mandat.objects.get().structure == place
    assert joined.structure_id == second.id
