"""The préfecture's opinion, the committee's decisions under the quotas, the minutes, the messages both ways."""

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from aidants.dispositif import avis, comites, quotas
from aidants.dispositif.models import AvisPrefet, Candidature, Comite, PassageEnComite, Poste, Quota
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.etats import EtatCandidature, SensAvis
from aidants.journal.models import Entree
from aidants.pages.dispositif import committee
from aidants.structures.models import Affectation, Invitation, Structure
from tests import builders
from tests.aidants.dispositif import scheme
from tests.aidants.mailbox import messages_to, subjects_to
from tests.mandats.pdf_readers import words_of

SOON = f"{timezone.localdate().year + 1}-12"
RETAINED = comites.Decided(EtatCandidature.RETENUE, posts=2)


def _acteur(role: str = "instructeur") -> Acteur:
    return Acteur(Kind.COMPTE, scheme.holder(role).id, None, role)


@pytest.mark.writes("avis_prefet:refused")
@pytest.mark.django_db
def test_a_prefecture_sees_its_department_and_gives_its_opinion() -> None:
    mine, theirs = scheme.reviewed("", name="Ville à nous"), scheme.reviewed("", departement="13", name="Ville à eux")
    scheme.reviewed("favorable", name="Commune voisine", siret="99999905000019")
    browser = builders.signed_in(scheme.holder("prefecture", "05"))
    page = browser.get("/prefecture").content.decode()
    assert "Ville à nous" in page
    assert "Ville à eux" not in page
    assert browser.get(f"/prefecture/{theirs.id}").status_code == 404
    assert "Commune voisine" in browser.get(f"/prefecture/{mine.id}").content.decode()
    given = {"sens": "reserve", "comment": "Deux postes suffisent.", "posts_advised": "1"}
    assert browser.post(f"/prefecture/{mine.id}", given).status_code == 302
    row = AvisPrefet.objects.get(candidature=mine)
    assert (row.sens, row.posts_advised) == ("reserve", 1)
    assert browser.post(f"/prefecture/{mine.id}", given | {"sens": "favorable"}).status_code == 422
    told = Entree.objects.filter(subject_id=mine.id).order_by("id").values_list("event", flat=True)
    assert list(told) == ["avis_prefet:give", "avis_prefet:refused"]


@pytest.mark.writes("avis_prefet:give", "avis_prefet:lapse")
@pytest.mark.django_db
def test_after_fifteen_days_it_is_noted_without_opinion_and_may_still_be_given() -> None:
    made = scheme.reviewed("")
    due = made.avis.due_at
    assert avis.lapse_due(due - timedelta(seconds=1)) == 0
    assert avis.lapse_due(due) == 1
    assert avis.lapse_due(due) == 0
    assert AvisPrefet.objects.get().sens == "sans_avis"
    verdict = avis.give_avis(made.id, SensAvis.FAVORABLE, "", None, _acteur("prefecture"), due)
    assert verdict == GRANTED


@pytest.mark.writes("comite:close", "comite:delist", "comite:enlist")
@pytest.mark.django_db
@pytest.mark.reaches("GET aidants:comite_minutes")
def test_the_whole_committee_on_its_screens() -> None:
    scheme.quota(posts=3)
    retained = scheme.reviewed(name="Ville retenue", email="maire@retenue.example")
    refused = scheme.reviewed("sans_avis", name="Ville refusée", siret="99999905000019", email="x@refusee.example")
    browser = builders.signed_in(scheme.holder("instructeur"))
    answer = browser.post("/instruction/comites", {"held_on": f"{SOON}-03"})
    comite = Comite.objects.get()
    assert answer["Location"] == f"/instruction/comites/{comite.id}"
    assert browser.post("/instruction/comites", {"held_on": f"{SOON}-17"}).status_code == 422
    here = f"/instruction/comites/{comite.id}"
    browser.post(f"{here}/inscription", {"candidatures": [str(retained.id)]})
    browser.post(f"{here}/{PassageEnComite.objects.get().id}/retrait")
    assert not PassageEnComite.objects.exists()
    browser.post(f"{here}/inscription", {"candidatures": [str(retained.id), str(refused.id)]})
    first, second = (PassageEnComite.objects.get(candidature=one) for one in (retained, refused))
    assert browser.post(f"{here}/cloture").status_code == 302
    assert not Comite.objects.get().closed_at
    assert browser.post(f"{here}/{first.id}", {"decision": "retenue", "posts": "3"}).status_code == 422
    assert browser.post(f"{here}/{first.id}", {"decision": "retenue", "posts": "2"}).status_code == 302
    assert browser.post(f"{here}/{second.id}", {"decision": "refusee"}).status_code == 422
    given = {"decision": "refusee", "reason": "Hors du périmètre."}
    assert browser.post(f"{here}/{second.id}", given).status_code == 302
    assert browser.post(f"{here}/{second.id}", given).status_code == 422
    browser.post(f"{here}/cloture")
    minutes = browser.get(f"{here}/proces-verbal")
    assert minutes["Content-Type"] == "application/pdf"
    assert minutes.content.startswith(b"%PDF-")
    assert hashlib.sha256(minutes.content).hexdigest() == Comite.objects.get().minutes_sha256
    assert browser.post(f"{here}/inscription", {"candidatures": [str(retained.id)]}).status_code == 302
    assert PassageEnComite.objects.count() == 2
    decided = Entree.objects.filter(event="comite:decide").order_by("id")
    assert [one.subject_id for one in decided] == [retained.id, refused.id]
    assert "Hors du périmètre." in messages_to("x@refusee.example")[-1].text


@pytest.mark.writes("comite:remove")
@pytest.mark.django_db
def test_a_committee_is_planned_ahead_and_taken_back_while_nothing_stands_on_it() -> None:
    browser, here = builders.signed_in(scheme.holder("instructeur")), "/instruction/comites"
    answer = browser.post(here, {"held_on": (timezone.localdate() - timedelta(days=1)).isoformat()})
    assert answer.status_code == 422
    assert "Cette date est passée" in answer.content.decode()
    browser.post(here, {"held_on": timezone.localdate().isoformat()})
    comite = Comite.objects.get()
    assert "Retirer ce comité" in browser.get(f"{here}/{comite.id}").content.decode()
    line = scheme.passage(scheme.reviewed(), comite.held_on)
    assert "Retirer ce comité" not in browser.get(f"{here}/{comite.id}").content.decode()
    refused = browser.post(f"{here}/{comite.id}/suppression", follow=True).content.decode()
    assert "une candidature est à son ordre du jour" in refused
    line.delete()
    assert browser.post(f"{here}/{comite.id}/suppression")["Location"] == here
    assert not Comite.objects.exists()
    assert browser.post(f"{here}/{comite.id}/suppression").status_code == 404


@pytest.mark.django_db
def test_a_committee_taken_back_meanwhile_answers_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague takes the committee back between its reading and the act."""
    browser = builders.signed_in(scheme.holder("instructeur"))
    comite = scheme.passage(made := scheme.reviewed()).comite
    read = committee._comite

    def gone(comite_id: UUID) -> Comite:
        found = read(comite_id)
        PassageEnComite.objects.all().delete()
        Comite.objects.all().delete()
        return found

    monkeypatch.setattr(committee, "_comite", gone)
    here = f"/instruction/comites/{comite.id}"
    assert browser.post(f"{here}/inscription", {"candidatures": [str(made.id)]}).status_code == 404


@pytest.mark.django_db
def test_a_retained_structure_gets_its_posts_and_its_referent_an_invitation() -> None:
    scheme.quota(posts=3)
    made = scheme.reviewed(email="maire@retenue.example")
    verdict = comites.decide_passage(scheme.passage(made).id, RETAINED, _acteur(), timezone.now())
    assert verdict == GRANTED
    made.refresh_from_db()
    place = Structure.objects.get(siret=made.siret)
    assert (made.state, made.posts_retained, made.structure) == ("retenue", 2, place)
    assert list(Poste.objects.order_by("number").values_list("number", "bareme")) == [
        (1, "forfait_public"),
        (2, "forfait_public"),
    ]
    assert Quota.objects.get().retained == 2
    invited = Invitation.objects.get()
    assert (invited.email, invited.structure, invited.is_referent) == (made.email, place, True)
    assert "Votre invitation" in " ".join(subjects_to(made.email))


@pytest.mark.writes("comite:decide")
@pytest.mark.django_db
def test_a_structure_known_by_its_siret_is_kept_and_its_referent_not_invited_again() -> None:
    place = builders.structure(siret="21050061400016")
    who = scheme.referent(place)
    scheme.quota()
    made = scheme.reviewed(email=who.email)
    comites.decide_passage(scheme.passage(made).id, RETAINED, _acteur(), timezone.now())
    assert Structure.objects.get(siret=made.siret) == place
    assert not Invitation.objects.exists()
    assert Affectation.objects.filter(structure=place).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sens", "fields", "decided", "expected"),
    [
        ("", {}, RETAINED, errors.AVIS_AWAITED),
        ("favorable", {"departement": "04"}, RETAINED, errors.QUOTA_UNKNOWN),
        ("favorable", {"posts_asked": 4}, comites.Decided(EtatCandidature.RETENUE, 4), errors.QUOTA_EXCEEDED),
        ("favorable", {}, comites.Decided(EtatCandidature.RETENUE, 0), errors.POSTS_NEEDED),
        ("favorable", {}, comites.Decided(EtatCandidature.EXAMEN, reason=" "), errors.REASON_NEEDED),
        ("favorable", {"state": "abandonnee"}, RETAINED, errors.NOT_UNDER_REVIEW),
    ],
)
def test_what_the_committee_cannot_say(sens: str, fields: dict[str, Any], decided: Any, expected: Any) -> None:
    scheme.quota(posts=3)
    passage = scheme.passage(scheme.reviewed(sens, **fields))
    assert comites.decide_passage(passage.id, decided, _acteur(), timezone.now()) == Denied(expected)
    assert not Poste.objects.exists()
    assert Entree.objects.latest("id").reason == expected.code


@pytest.mark.django_db
def test_a_further_look_comes_back_to_the_next_committee() -> None:
    scheme.quota()
    made, now = scheme.reviewed(), timezone.now()
    said = comites.Decided(EtatCandidature.EXAMEN, reason="Précisez les lieux.")
    assert comites.decide_passage(scheme.passage(made).id, said, _acteur(), now) == GRANTED
    assert [one.id for one in comites.ready_for_agenda()] == [made.id]
    again = scheme.passage(made, date(2027, 1, 7))
    assert comites.decide_passage(again.id, RETAINED, _acteur(), now) == GRANTED


@pytest.mark.django_db
def test_a_network_has_posts_of_its_own() -> None:
    scheme.quota(posts=0)
    scheme.quota(posts=3, departement="", reseau="emmaus_connect")
    made = scheme.reviewed(kind="reseau", reseau="emmaus_connect")
    assert comites.decide_passage(scheme.passage(made).id, RETAINED, _acteur(), timezone.now()) == GRANTED
    assert Quota.objects.get(reseau="emmaus_connect").retained == 2
    assert Poste.objects.filter(departement="05").count() == 2
    meeting = PassageEnComite.objects.get().comite
    assert not isinstance(comites.close_comite(meeting.id, _acteur(), timezone.now()), Denied)
    meeting.refresh_from_db()
    minutes = words_of(bytes(meeting.minutes))
    assert "réseau Emmaüs Connect" in minutes
    assert "sur les postes du réseau" in minutes


@pytest.mark.writes("candidature:message")
@pytest.mark.django_db
def test_messages_go_both_ways_and_duplicates_are_shown() -> None:
    made = scheme.reviewed(email="maire@ville.example")
    scheme.reviewed(name="Encore nous")
    browser = builders.signed_in(scheme.holder("instructeur"))
    assert browser.get("/instruction/candidatures").content.decode().count("SIRET en double") == 2
    page = browser.get(f"/instruction/candidatures/{made.id}").content.decode()
    assert "Encore nous" in page.split("Même SIRET")[1]
    assert browser.post(f"/instruction/candidatures/{made.id}", {"text": "Où exactement ?"}).status_code == 302
    assert messages_to("maire@ville.example")[-1].subject == "Un message vous attend sur votre candidature"
    assert "Où exactement" not in messages_to("maire@ville.example")[-1].text
    assert browser.post(f"/instruction/candidatures/{made.id}", {"text": "  "}).status_code == 422


@pytest.mark.writes("quota:refused", "quota:set")
@pytest.mark.django_db
def test_quotas_are_set_and_moved_without_a_hole() -> None:
    browser = builders.signed_in(scheme.holder("instructeur"))
    assert browser.post("/instruction/quotas", {"where": "d:05", "posts": "21"}).status_code == 302
    assert browser.post("/instruction/quotas", {"where": "d:04", "posts": "10"}).status_code == 302
    here, there = Quota.objects.get(departement="05"), Quota.objects.get(departement="04")
    scheme.poste(builders.structure(), here)
    assert browser.post("/instruction/quotas", {"where": "d:05", "posts": "0"}).status_code == 422
    move = {"source": str(here.id), "target": str(there.id), "posts": "21"}
    assert browser.post("/instruction/quotas/deplacement", move).status_code == 422
    assert browser.post("/instruction/quotas/deplacement", move | {"posts": "20"}).status_code == 302
    assert list(Quota.objects.order_by("departement").values_list("posts", flat=True)) == [30, 1]
    assert browser.post("/instruction/quotas/deplacement", move | {"target": str(here.id)}).status_code == 422


@pytest.mark.writes("campagne:set")
@pytest.mark.django_db
def test_the_days_of_a_call_are_parameters() -> None:
    browser = builders.signed_in(scheme.holder("instructeur"))
    page = browser.get("/instruction/appels").content.decode()
    assert "32\u202f000\u00a0€ dès 18 mois" in page
    one = page.split("/instruction/appels/")[1].split('"')[0]
    wrong = {"opens_on": "2026-12-01", "closes_on": "2026-11-01"}
    assert browser.post(f"/instruction/appels/{one}", wrong).status_code == 422
    assert browser.post(f"/instruction/appels/{one}", wrong | {"closes_on": ""}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["prefecture", "operateur", "organisme", "accueil"])
def test_the_committee_is_closed_to_other_roles(role: str) -> None:
    browser = builders.signed_in(scheme.holder(role, "05" if role == "prefecture" else ""))
    for path in ("/instruction/candidatures", "/instruction/comites", "/instruction/quotas", "/instruction/appels"):
        assert browser.get(path).status_code == 403, path


@pytest.mark.writes("comite:refused")
def test_two_decisions_at_once_share_one_quota(committed_db: str) -> None:
    scheme.quota(posts=3)
    passages = [scheme.passage(scheme.reviewed(siret=siret)) for siret in ("21050061400016", "99999905000019")]
    who, now = _acteur(), timezone.now()
    outcomes = scheme.at_once(*(lambda one=one: comites.decide_passage(one.id, RETAINED, who, now) for one in passages))
    assert sorted(map(str, outcomes)) == sorted(map(str, [GRANTED, Denied(errors.QUOTA_EXCEEDED)]))
    assert Quota.objects.get().retained == Poste.objects.count() == 2
    assert Candidature.objects.filter(state="retenue").count() == 1


@pytest.mark.writes("quota:move")
def test_posts_moved_both_ways_at_once_are_neither_lost_nor_made(committed_db: str) -> None:
    here, there = scheme.quota(posts=10, departement="05"), scheme.quota(posts=10, departement="04")
    who, now = _acteur(), timezone.now()
    pairs = [(here.id, there.id), (there.id, here.id)] * 4
    outcomes = scheme.at_once(*(lambda pair=pair: quotas.move_posts(pair[0], pair[1], 2, who, now) for pair in pairs))
    assert all(one == GRANTED for one in outcomes)
    assert [one.posts for one in quotas.quotas()] == [10, 10]
