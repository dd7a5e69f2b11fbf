"""The pool: a person's own page, a structure's search, and the recruitment that only one can make."""

import io
from datetime import date, timedelta
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aidants.dispositif import vivier
from aidants.dispositif.models import Candidat, Enveloppe, MiseEnRelation
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.distances import Point
from aidants.domain.dispositif.etats import EtatRelation
from aidants.journal.models import Entree
from aidants.structures.models import Structure
from tests import builders
from tests.aidants.dispositif import scheme
from tests.aidants.mailbox import link_code, messages_to

EMAIL = "lina@example.org"
PROFIL: dict[str, Any] = {
    "given_name": "Lina",
    "family_name": "Arnaud",
    "telephone": "",
    "situation": "demandeur",
    "postcode": "05200",
    "city": "Embrun",
    "distance_km": "50",
    "free_on": "2026-12-01",
    "skills": ["accompagner", "atelier"],
    "presentation": "Dix ans d’accueil.",
}
GAP = Point(44.559, 6.079)


def _pdf() -> bytes:
    content, made = io.BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.save(content)
    return content.getvalue()


def _opened() -> Client:
    browser = Client()
    browser.post("/vivier", {"email": EMAIL})
    assert browser.post("/vivier/lien", {"code": link_code(EMAIL)}).status_code == 302
    return browser


def _acteur(place: Structure) -> Acteur:
    return Acteur(Kind.COMPTE, scheme.referent(place).id, place.id, "referent")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/vivier", "/candidature", "/habilitation", "/mot-de-passe/oublie"])
def test_an_address_that_no_message_reaches_is_said_to_be_wrong(page: str) -> None:
    answer = Client().post(page, {"email": "lina.example.org", "begin": "1"})
    assert answer.status_code == 422
    assert "Saisissez une adresse complète" in answer.content.decode()
    assert "lina.example.org" in answer.content.decode()
    assert not messages_to("lina.example.org")


@pytest.mark.writes("candidat:publish")
@pytest.mark.django_db
def test_a_person_says_who_they_are_and_shows_themselves() -> None:
    browser = _opened()
    assert browser.post("/vivier/profil/publication").status_code == 302
    assert Candidat.objects.get().published_at is None
    cv = SimpleUploadedFile("mon cv.pdf", _pdf(), "application/pdf")
    assert browser.post("/vivier/profil", PROFIL | {"cv": cv}).status_code == 302
    made = Candidat.objects.get()
    assert (made.insee_code, made.departement, made.distance_km) == ("05046", "05", 50)
    assert made.latitude is not None
    assert browser.get("/vivier/profil/cv").content == bytes(made.cv)
    assert "attachment" in browser.get("/vivier/profil/cv")["Content-Disposition"]
    browser.post("/vivier/profil/publication")
    assert vivier.visible().count() == 1
    browser.post("/vivier/profil/retrait")
    assert vivier.visible().count() == 0
    browser.post("/vivier/profil/fermeture")
    assert browser.get("/vivier/profil").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"<html>", b"%PDF-1.4 nothing else", b"\xff\xd8\xff\xe0 a picture"])
def test_a_cv_is_told_by_its_content(content: bytes) -> None:
    answer = _opened().post("/vivier/profil", PROFIL | {"cv": SimpleUploadedFile("cv.pdf", content)})
    assert answer.status_code == 422
    assert "n’est pas un PDF lisible" in answer.content.decode()
    assert Candidat.objects.get().family_name == "Arnaud"
    assert not Candidat.objects.get().cv_sha256


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "km", "found"),
    [
        ({}, 5, True),
        ({"latitude": 44.564, "longitude": 6.495}, 30, False),
        ({"latitude": 44.564, "longitude": 6.495}, 40, True),
        ({"latitude": 44.564, "longitude": 6.495, "distance_km": 30}, 40, False),
        ({"free_on": date(2027, 1, 1)}, 5, True),
        ({"free_on": date(2027, 1, 2)}, 5, False),
        ({"skills": ["accompagner", "atelier"]}, 5, True),
        ({"skills": ["atelier"]}, 5, False),
        ({"published_at": None}, 5, False),
        ({"withdrawn_at": builders.NOW}, 5, False),
    ],
)
def test_who_is_found(change: dict[str, Any], km: int, found: bool) -> None:
    scheme.candidat(**change)
    wanted = vivier.Search(GAP, km, date(2027, 1, 1), ("accompagner",))
    assert bool(vivier.search(builders.structure().id, wanted)) is found


@pytest.mark.writes("candidat:consult")
@pytest.mark.django_db
@pytest.mark.reaches("GET aidants:relation_cv", "POST aidants:relation_answer")
def test_a_structure_searches_meets_and_recruits_and_both_see_where_they_stand() -> None:
    place = builders.structure(insee_code="05061", postcode="05000", city="Gap")
    post = scheme.poste(place)
    who = scheme.candidat(email=EMAIL, cv=_pdf(), cv_sha256="a" * 64)
    browser = builders.signed_in(scheme.referent(place))
    page = browser.get("/postes/vivier", {"postcode": "05000", "city": "Gap", "km": "20"}).content.decode()
    assert "1 personne autour de Gap" in page
    assert "Arnaud" not in page
    browser.post(f"/postes/vivier/{who.id}")
    row = MiseEnRelation.objects.get()
    here = f"/postes/relations/{row.id}"
    assert EMAIL not in browser.get(here).content.decode()
    assert browser.get(f"{here}/cv").status_code == 404
    browser.post(f"{here}/recrutement", {"poste": str(post.id)})
    assert MiseEnRelation.objects.get().state == "nouvelle"
    browser.post(f"{here}/reponse", {"reponse": "interessee"})
    assert EMAIL in browser.get(here).content.decode()
    assert browser.get(f"{here}/cv")["Content-Disposition"].startswith("attachment")
    assert browser.post(f"{here}/recrutement", {"poste": str(post.id)}).status_code == 302
    assert MiseEnRelation.objects.get().state == "recrutee"
    assert Enveloppe.objects.get().recruited == 1
    assert "Recrutement annoncé" in messages_to(EMAIL)[-1].text
    mine = _opened().get("/vivier/profil").content.decode()
    assert "Recrutement annoncé" in mine
    assert place.name in mine
    told = Entree.objects.filter(event="relation:move", subject_id=row.id)
    assert told.count() == 3
    assert Entree.objects.filter(event="candidat:consult").count() == 1


@pytest.mark.django_db
def test_the_pool_is_for_referents_of_structures_with_a_post() -> None:
    with_post, without = builders.structure(), builders.structure("Sans poste", siret="99999930300013")
    scheme.poste(with_post)
    theirs = scheme.relation(with_post)
    stranger = builders.signed_in(scheme.referent(without))
    assert stranger.get("/postes").status_code == 200
    assert stranger.get("/postes/vivier").status_code == 403
    assert stranger.get(f"/postes/relations/{theirs.id}").status_code == 403
    scheme.poste(without, number=2)
    assert stranger.get(f"/postes/relations/{theirs.id}").status_code == 404
    assert builders.signed_in(builders.aidant(with_post)).get("/postes").status_code == 403


@pytest.mark.writes("relation:move")
@pytest.mark.django_db
def test_a_recruitment_that_does_not_happen_gives_the_person_and_the_figure_back() -> None:
    place = builders.structure()
    row = scheme.relation(place, state="recrutee", on=scheme.poste(place))
    assert vivier.answer(row.id, EtatRelation.INTERESSEE, _acteur(place), timezone.now()) == GRANTED
    assert Enveloppe.objects.get().recruited == 0
    assert vivier.visible().count() == 1


@pytest.mark.writes("relation:refused")
@pytest.mark.django_db
def test_the_last_recruitment_then_no_more() -> None:
    """DOMAIN §5: the 4 001st is refused."""
    Enveloppe.objects.update(total=4000, recruited=3999)
    place, now = builders.structure(), timezone.now()
    rows = [scheme.relation(place, state="interessee") for _ in range(2)]
    posts = [scheme.poste(place, number=n) for n in (1, 2)]
    who = _acteur(place)
    assert vivier.recruit(rows[0].id, posts[0].id, who, now) == GRANTED
    assert vivier.recruit(rows[1].id, posts[1].id, who, now) == Denied(errors.ALL_RECRUITED)
    assert Enveloppe.objects.get().recruited == 4000
    assert Entree.objects.latest("id").reason == errors.ALL_RECRUITED.code


def test_two_structures_at_once_for_the_last_place(committed_db: str) -> None:
    Enveloppe.objects.update(recruited=3999)
    places = [builders.structure("Une"), builders.structure("Autre", siret="99999930300013")]
    posts = [scheme.poste(place, number=n) for n, place in enumerate(places)]
    rows = [scheme.relation(place, state="interessee") for place in places]
    whose, now = [_acteur(place) for place in places], timezone.now()
    outcomes = scheme.at_once(*(lambda n=n: vivier.recruit(rows[n].id, posts[n].id, whose[n], now) for n in (0, 1)))
    assert sorted(map(str, outcomes)) == sorted(map(str, [GRANTED, Denied(errors.ALL_RECRUITED)]))
    assert Enveloppe.objects.get().recruited == 4000


def test_two_structures_at_once_for_one_person(committed_db: str) -> None:
    person = scheme.candidat()
    places = [builders.structure("Une"), builders.structure("Autre", siret="99999930300013")]
    posts = [scheme.poste(place, number=n) for n, place in enumerate(places)]
    rows = [scheme.relation(place, person, "interessee") for place in places]
    whose, now = [_acteur(place) for place in places], timezone.now()
    outcomes = scheme.at_once(*(lambda n=n: vivier.recruit(rows[n].id, posts[n].id, whose[n], now) for n in (0, 1)))
    assert sorted(map(str, outcomes)) == sorted(map(str, [GRANTED, Denied(errors.CANDIDAT_TAKEN)]))
    assert Enveloppe.objects.get().recruited == 1


@pytest.mark.writes("candidat:withdraw")
@pytest.mark.django_db
def test_profiles_are_forgotten_but_those_of_people_recruited() -> None:
    place = builders.structure()
    recruited, stale = scheme.candidat(), scheme.candidat()
    scheme.relation(place, recruited, "recrutee", scheme.poste(place))
    scheme.relation(place, stale)
    vivier.forget_profiles(builders.NOW + timedelta(days=364))
    assert Candidat.objects.count() == 2
    vivier.forget_profiles(builders.NOW + timedelta(days=366))
    assert [one.id for one in Candidat.objects.order_by("id")] == [recruited.id]
