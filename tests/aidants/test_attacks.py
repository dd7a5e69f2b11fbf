"""Who would get in, or further than they may: each attack through the front door, and what it meets."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from aidants.comptes.models import Compte, Fonction
from aidants.comptes.sign_in import sign_in
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from tests import builders

pytestmark = pytest.mark.django_db
TRIES = 600
HTML = "<img src=x onerror=alert(1)>"


def referent(place: Any, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def test_a_role_is_not_raised_by_a_form_s_field() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    desk = builders.signed_in(who)
    raised = {
        "is_staff": "on", "is_superuser": "on", "is_referent": "on", "is_aidant": "on", "role": "administrateur",
        "roles": ["referent", "administrateur"], "structure": str(place.id), "fonction": "instructeur",
    }  # fmt: skip
    for path in (
        "/compte/mot-de-passe",
        "/compte/application",
        "/structures",
        "/invitation/identite",
        "/equipe/invitation",
    ):
        desk.post(path, raised | {"code": builders.totp_code(who), "new_password": "girafe marteau violet tempete"})
    who.refresh_from_db()
    standing = who.affectations.get()
    assert (who.is_staff, standing.is_referent, standing.is_aidant) == (False, False, True)
    assert not Fonction.objects.filter(compte=who).exists()
    assert desk.get("/equipe").status_code == 403
    assert desk.get("/registre/sites").status_code == 403


def test_a_flag_of_the_framework_opens_nothing_without_role_and_factor() -> None:
    who = builders.compte(is_staff=True)
    stranger = Client()
    stranger.force_login(who, backend="aidants.comptes.backend.ComptesBackend")
    for path in ("/registre/sites", "/cartes", "/administration/droits", "/imports"):
        assert stranger.get(path)["Location"].startswith("/connexion"), path
        assert builders.signed_in(who).get(path).status_code == 403, path


def test_a_referent_reaches_no_aidant_of_another_structure() -> None:
    mine, theirs = builders.structure(), builders.structure("CCAS voisin", siret="99999920400012")
    victim = builders.aidant(theirs, given_name="Ailleurs", family_name="Personne")
    desk, code = builders.signed_in(who := referent(mine)), builders.totp_code
    place = victim.affectations.get()
    before = (
        Affectation.objects.filter(pk=place.pk).values().get(),
        Compte.objects.filter(pk=victim.pk).values().get(),
    )
    given = {"recognised": "voix", "channel": "email", "motif": "depart", "is_referent": "on"}
    for path in (f"/equipe/{victim.id}/aide", f"/equipe/{victim.id}/reouverture"):
        assert desk.post(path, given | {"code": code(who)}).status_code == 404, path
    assert desk.get(f"/equipe/{victim.id}/aide").status_code == 404
    assert victim.full_name not in desk.get("/equipe").content.decode()
    after = (Affectation.objects.filter(pk=place.pk).values().get(), Compte.objects.filter(pk=victim.pk).values().get())
    assert after == before


def test_names_that_are_markup_are_text_on_every_page_that_shows_them() -> None:
    place = builders.structure(HTML, city=HTML, street=HTML, kind=HTML)
    boss = referent(place, given_name=HTML, family_name=HTML, profession=HTML)
    builders.aidant(place, given_name=HTML, family_name=HTML, profession=HTML)
    admin = builders.compte(given_name=HTML, family_name=HTML)
    Fonction.objects.create(compte=admin, role="administrateur")
    Fonction.objects.create(compte=admin, role="instructeur")
    pages = (
        (boss, ("/equipe", "/accueil", "/compte", "/structures", "/structure/demarches", "/structure/annuaire",
                "/journal/structure", "/alertes", "/equipe/invitation")),
        (admin, ("/accueil", "/compte", "/registre/sites", "/journal/recherche", "/cartes", "/imports", "/aide")),
    )  # fmt: skip
    for who, paths in pages:
        browser = builders.signed_in(who)
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert HTML not in answer.content.decode(), path
    assert "&lt;img" in builders.signed_in(boss).get("/equipe").content.decode()
    assert Client().get("/donnees-ouvertes/structures.json")["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/", "/connexion", "/mot-de-passe/oublie", "/nous-ecrire", "/.well-known/security.txt"]
)
def test_a_forged_host_is_refused_everywhere(path: str) -> None:
    assert Client().get(path, headers={"Host": "evil.example"}).status_code == 400
    answer = Client().get(path, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.content.decode()


def test_a_deactivated_person_is_out_at_the_next_request_on_every_device() -> None:
    """Five seconds are promised; nothing is remembered from the sign-in: the next request already is refused."""
    place = builders.structure()
    who = builders.aidant(place)
    devices = [builders.signed_in(who) for _ in range(3)]
    Compte.objects.filter(pk=who.pk).update(is_active=False)
    for device in devices:
        for path in ("/accueil", "/mandats", "/mandats/nouveau", "/compte"):
            assert device.get(path)["Location"].startswith("/connexion"), path


def test_tries_from_many_addresses_go_through_the_limiter_and_lock_nobody_out(who_is_attacked: Compte) -> None:
    """Each try goes through the sign-in itself, from an address of its own; ten thousand rows: test_address_book."""
    who = who_is_attacked
    for number in range(TRIES):
        _try(who.email, f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}")
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who)}
    assert Client(REMOTE_ADDR="203.0.113.9").post("/connexion", given).status_code == 302
    who.refresh_from_db()
    assert who.code_failures == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(count) FROM journal_refus_compte WHERE kind LIKE 'compte:sign_in_refused%'")
        assert cursor.fetchone()[0] == TRIES
    assert Entree.objects.filter(event="compte:sign_in_refused").count() <= TRIES


@pytest.fixture
def who_is_attacked() -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


def _try(email: str, address: str) -> None:
    from django.contrib.sessions.backends.cache import SessionStore
    from django.test import RequestFactory
    from django.utils import timezone

    request = RequestFactory().post("/connexion", REMOTE_ADDR=address)
    request.session = SessionStore()
    assert not sign_in(request, email=email, password="wrong", code="000000", now=timezone.now())
