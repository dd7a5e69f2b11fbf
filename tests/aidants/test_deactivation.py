"""Who may no longer act stops at the next request: nothing is remembered from sign-in."""

import re
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from aidants.comptes.enrolment import Why, begin
from aidants.comptes.facteurs.changes import factors_of
from aidants.comptes.inactivity import deactivate
from aidants.comptes.models import Compte, Fonction
from aidants.comptes.recovery import Channel, Recognised, open_recovery
from aidants.dispositif.models import Quota
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.cartes import seed_of
from aidants.habilitation.models import HabilitationStructure
from aidants.structures.invitations import Invite, invite
from aidants.structures.models import Affectation, Invitation
from aidants.structures.nominations import withdraw_role
from tests import builders
from tests.aidants.mailbox import forget_password, invitation_code, link_code, recovery_code
from tests.aidants.soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.django_db


def test_a_deactivated_account_is_signed_out_at_its_next_request() -> None:
    who = builders.aidant(builders.structure())
    browser = builders.signed_in(who)
    assert browser.get("/accueil").status_code == 200
    who.is_active = False
    who.save(update_fields=("is_active",))
    answer = browser.get("/accueil")
    assert (answer.status_code, answer["Location"]) == (302, "/connexion?next=%2Faccueil")


def _recovers(who: Compte) -> Client:
    """Come back after a loss, as far as the choice of a new factor."""
    garant = builders.compte()
    doer, now = Acteur(Kind.COMPTE, garant.id), timezone.now()
    seen = Recognised.IN_PERSON
    assert open_recovery(who, garant, channel=Channel.EMAIL, recognised=seen, acteur=doer, now=now)
    browser = Client()
    entered = {"email": who.email, "code": recovery_code(who.email)}
    assert browser.post("/connexion/appareil-perdu", entered)["Location"] == "/bienvenue"
    return browser


def _comes_as_invited(who: Compte) -> Client:
    """Follow an invitation, as far as the choice of the first factor: ``who`` was only just made by it."""
    browser = Client()
    request = browser.get("/connexion").wsgi_request
    request.session = browser.session
    begin(request, who, Why.INVITATION, timezone.now())
    request.session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""
    return browser


@pytest.mark.parametrize("comes", [_recovers, _comes_as_invited], ids=["recovery", "first visit"])
def test_who_was_about_to_enrol_enrols_nothing(comes: Callable[[Compte], Client]) -> None:
    who = builders.aidant(builders.structure())
    browser = comes(who)
    page = browser.get("/bienvenue").content.decode()
    found = re.search(r'class="seed">([A-Z2-7 ]+)<', page)
    assert found
    options = browser.post("/bienvenue/cle/options").json()
    deactivate(who, "vol", SYSTEME, timezone.now())
    given = {"first_code": f"{totp(seed_of(found[1]) or b''):06d}", "new_password": "girafe marteau violet tempete"}
    for path, typed in (
        ("/bienvenue/application", given),
        ("/bienvenue/cle", {"passkey": SoftAuthenticator().create(options)}),
        ("/bienvenue/cle/options", {}),
    ):
        assert browser.post(path, typed)["Location"] == "/connexion", path
    assert [one.device.name for one in factors_of(who)] == ["application"]
    who.refresh_from_db()
    assert who.check_password(builders.PASSWORD)


def test_what_was_half_done_on_one_s_account_is_not_finished() -> None:
    """A change of a factor just confirmed, the second factor asked again, a link to a new password."""
    who = builders.aidant(builders.structure())
    changing, idle = builders.signed_in(who), builders.signed_in(who)
    changing.post("/compte/confirmation", builders.factor(who))
    forget_password(who.email)
    deactivate(who, "vol", SYSTEME, timezone.now())
    new = {"new_password": "girafe marteau violet tempete"}
    for browser, path, typed in (
        (changing, "/compte/mot-de-passe", new),
        (changing, "/compte/secours", {}),
        (idle, "/connexion/code", builders.factor(who)),
    ):
        assert browser.post(path, typed)["Location"].startswith("/connexion"), path
    link = new | {"code": link_code(who.email), "factor_code": builders.totp_code(who)}
    assert Client().post("/mot-de-passe/nouveau", link).status_code == 403
    who.refresh_from_db()
    assert who.check_password(builders.PASSWORD)


def test_an_invitation_half_accepted_opens_no_place_in_a_structure_that_is_no_more() -> None:
    place, referent = builders.structure(), builders.compte()
    Affectation.objects.create(compte=referent, structure=place, is_referent=True, started_at=builders.NOW)
    asked = Invite("zoe@mairie.example", "Zoé", "Petit", "Agente", is_aidant=True, statut="salarie")
    assert isinstance(invite(place, asked, builders.acteur(referent, place), timezone.now()), Invitation)
    browser = Client()
    browser.post("/invitation", {"code": link_code("zoe@mairie.example")})
    assert browser.post("/invitation/identite")["Location"] == "/invitation/code"
    HabilitationStructure.objects.update(ended_at=timezone.now(), motif="fermeture")
    answer = browser.post("/invitation/code", {"code": invitation_code("zoe@mairie.example")})
    assert answer.get("Location") != "/bienvenue"
    assert not Compte.objects.filter(email="zoe@mairie.example").exists()


def test_a_national_role_that_is_withdrawn_opens_nothing_more_in_any_browser() -> None:
    who = builders.compte()
    held = Fonction.objects.create(compte=who, role="instructeur")
    browsers = [builders.signed_in(who) for _ in range(2)]
    first = builders.compte()
    Fonction.objects.create(compte=first, role="administrateur")
    withdraw_role(held.id, Acteur(Kind.COMPTE, first.id, None, "administrateur"), timezone.now())
    for browser in (*browsers, builders.signed_in(who)):
        for path in ("/habilitation/dossiers", "/instruction/quotas", "/journal/recherche"):
            assert browser.get(path).status_code in (302, 403), path
            assert browser.post(path, {"where": "d:05", "posts": "3"} | builders.factor(who)).status_code != 200
    assert not Quota.objects.exists()


def test_a_page_left_open_keeps_no_session_awake() -> None:
    browser = builders.signed_in(builders.aidant(builders.structure()))

    def last_act(seconds_ago: int) -> None:
        session = browser.session
        session["last_act_at"] = int(time.time()) - seconds_ago
        session.save()

    for headers, kept in (({"Sec-Fetch-Mode": "cors"}, True), ({"Sec-Fetch-Mode": "navigate"}, False), ({}, False)):
        last_act(600)
        before = browser.session["last_act_at"]
        assert browser.get("/accueil", headers=headers).status_code == 200
        assert (browser.session["last_act_at"] == before) is kept, headers


def test_a_structure_that_loses_its_habilitation_concludes_nothing_more() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    HabilitationStructure.objects.filter(structure=place).update(ended_at=timezone.now(), motif="retrait")
    answer = builders.signed_in(who).post("/mandats/nouveau", {"demarches": ["logement"], "duree": "J31"})
    assert answer.status_code in (403, 422)
    assert not place.brouillons.exists()
