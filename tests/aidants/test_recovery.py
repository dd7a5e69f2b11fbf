"""A device lost on a Saturday: two persons bring its owner back, and nobody alone can."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from aidants.comptes.facteurs.models import Generateur
from aidants.comptes.models import Compte, Fonction, Recuperation
from aidants.comptes.recovery import Channel, Recognised, open_recovery
from aidants.comptes.sessions.store import SessionStore
from aidants.domain.cartes import seed_of
from aidants.domain.decisions import Denied
from aidants.domain.errors import RECOVERY_OF_ONESELF
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.aidants.mailbox import messages_to, recovery_code, subjects_to
from tests.aidants.soft_authenticator import SoftAuthenticator
from tests.architecture.all_routes import routes

pytestmark = pytest.mark.django_db
PASSWORD = "girafe marteau violet tempete"
SESSION_COOKIE = settings.SESSION_COOKIE_NAME


@pytest.fixture
def place() -> Structure:
    return builders.structure()


@pytest.fixture
def nadia(place: Structure) -> Compte:
    return builders.aidant(place, email="nadia@mairie.example", given_name="Nadia")


def referent(place: Structure, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def national(role: str) -> Compte:
    made = builders.compte()
    Fonction.objects.create(compte=made, role=role)
    return made


def vouch(garant: Compte, who: Compte, browser: Client | None = None, **changes: Any) -> Any:
    browser = browser or builders.signed_in(garant)
    given = {"recognised": "en_personne", "channel": "email", "code": builders.totp_code(garant)} | changes
    return browser.post(f"/equipe/{who.id}/aide", given)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def enter(who: Compte, code: str) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.post("/connexion/appareil-perdu", {"email": who.email, "code": code})


def enrol(browser: Client) -> Any:
    found = re.search(r'class="seed">([A-Z2-7 ]+)<', text(browser.get("/bienvenue")))
    assert found
    code = f"{totp(seed_of(found[1]) or b''):06d}"
    return browser.post("/bienvenue/application", {"first_code": code, "new_password": PASSWORD})


@pytest.mark.reaches("GET aidants:enrol", "POST aidants:enrol_application")
def test_two_persons_bring_somebody_back(place: Structure, nadia: Compte) -> None:
    thief, sylvie = builders.signed_in(nadia), referent(place, given_name="Sylvie")
    lost = Generateur.objects.get(user=nadia)
    page = vouch(sylvie, nadia)
    code = recovery_code(nadia.email)
    assert page.status_code == 200
    assert code not in text(page)
    assert code.replace(" ", "") not in text(page)
    assert not [one for one in messages_to(sylvie.email) if code in one.text]
    browser, entered = enter(nadia, code)
    assert entered["Location"] == "/bienvenue"
    assert Generateur.objects.filter(pk=lost.pk).exists(), "nothing is taken away before a new factor stands"
    assert enrol(browser)["Location"] == "/compte/secours"
    codes = text(browser.get("/compte/secours"))
    assert "sur 3" not in codes, "who comes back makes no first visit"
    assert "Plus tard" in codes
    assert not Generateur.objects.filter(pk=lost.pk).exists()
    assert thief.get("/accueil").status_code == 302, "what was lost opens nothing any more"
    assert browser.get("/compte").status_code == 200
    assert "Vous êtes de retour" in subjects_to(nadia.email)
    events = list(Entree.objects.filter(subject_id=nadia.id, event__startswith="recuperation:").order_by("id"))
    assert [one.event for one in events] == ["recuperation:open", "recuperation:enter", "recuperation:end"]
    assert events[0].acteur_id == sylvie.id
    assert not any(code.replace(" ", "").encode() in bytes(one.body) for one in events)


@pytest.mark.reaches("POST aidants:enrol_options")
def test_a_recovered_browser_can_do_nothing_but_enrol(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia)
    browser, _ = enter(nadia, recovery_code(nadia.email))
    assert SESSION_KEY not in browser.session
    open_to_it, begun = set(), dict(browser.session)
    for name, path in routes():
        for method in ("get", "post"):
            if SESSION_COOKIE not in browser.cookies or "enrolment" not in browser.session:
                # A page that closes something closed this too: begin again where it was.
                session = SessionStore()
                session.update(begun)
                session.save()
                browser.cookies[SESSION_COOKIE] = session.session_key or ""
            answer = getattr(browser, method)(path)
            if name not in settings.PUBLIC_ROUTES:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/connexion"), name
            elif answer.status_code == 200 and name.startswith("aidants:enrol"):
                open_to_it.add(name)
    assert open_to_it == {"aidants:enrol", "aidants:enrol_options"}
    assert Generateur.objects.filter(user=nadia).count() == 1


@pytest.mark.reaches("POST aidants:enrol_passkey")
def test_a_passkey_is_the_new_factor_of_who_comes_back(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia)
    browser, _ = enter(nadia, recovery_code(nadia.email))
    assert browser.post("/bienvenue/cle", {"passkey": "{}"}).status_code in (403, 422)
    key = SoftAuthenticator()
    made = browser.post("/bienvenue/cle", {"passkey": key.create(browser.post("/bienvenue/cle/options").json())})
    assert made.status_code in (200, 302), made.content.decode()
    answer = Client()
    options = answer.post("/connexion/cle/options").json()
    assert answer.post("/connexion/cle", {"passkey": key.get(options)}).status_code == 302


def test_the_code_serves_once_for_an_hour_and_for_one_address(place: Structure, nadia: Compte) -> None:
    other = builders.aidant(place)
    sylvie = referent(place)
    vouch(sylvie, nadia)
    code = recovery_code(nadia.email)
    assert enter(other, code)[1].status_code == 403
    assert enter(nadia, code)[1].status_code == 302
    assert enter(nadia, code)[1].status_code == 403
    vouch(sylvie, nadia)
    Recuperation.objects.filter(ended_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert enter(nadia, recovery_code(nadia.email))[1].status_code == 403


@pytest.mark.writes("recuperation:refused")
def test_five_wrong_codes_of_somebody_else_end_nothing(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia)
    stranger = Client(REMOTE_ADDR="192.0.2.9")
    wrong = [{"email": nadia.email, "code": f"0000 000{number}"} for number in range(6)]
    assert [stranger.post("/connexion/appareil-perdu", given).status_code for given in wrong] == [403] * 5 + [429]
    right = {"email": nadia.email, "code": recovery_code(nadia.email)}
    assert stranger.post("/connexion/appareil-perdu", right).status_code == 429, "the right code waits there too"
    unknown = [{"email": "nobody@mairie.example", "code": f"0000 000{number}"} for number in range(6)]
    assert [stranger.post("/connexion/appareil-perdu", given).status_code for given in unknown] == [403] * 5 + [429]
    assert enter(nadia, recovery_code(nadia.email))[1].status_code == 302


@pytest.mark.writes("recuperation:refused", "recuperation:end")
def test_a_thousand_wrong_codes_from_everywhere_end_it(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia)
    Recuperation.objects.update(tries=999)
    assert enter(nadia, "0000 0000")[1].status_code == 403
    assert enter(nadia, recovery_code(nadia.email))[1].status_code == 403


def test_an_address_that_guesses_is_slowed(place: Structure, nadia: Compte) -> None:
    browser = Client(REMOTE_ADDR="192.0.2.9")
    given = [{"email": f"nobody{number}@mairie.example", "code": "0000 0000"} for number in range(41)]
    statuses = [browser.post("/connexion/appareil-perdu", one).status_code for one in given]
    assert statuses == [403] * 40 + [429]


@pytest.mark.writes("recuperation:refused")
def test_an_unknown_address_answers_as_a_wrong_code(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia)
    known = enter(nadia, "00000000")[1]
    nobody = Client().post("/connexion/appareil-perdu", {"email": "nobody@mairie.example", "code": "00000000"})
    pages = [re.sub(r'(csrfmiddlewaretoken" value|nonce|value)="[^"]*"', "", text(one)) for one in (known, nobody)]
    assert pages[0] == pages[1]


def test_nobody_vouches_alone_nor_elsewhere(place: Structure, nadia: Compte) -> None:
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    sylvie = referent(place)
    assert vouch(sylvie, sylvie).status_code == 404
    assert vouch(referent(elsewhere), nadia).status_code == 404
    assert vouch(nadia, sylvie).status_code == 403, "an aidant is no referent"
    assert vouch(sylvie, nadia, code="000000").status_code == 422, "the garant's own factor is asked"
    assert not Recuperation.objects.exists()
    assert not messages_to(nadia.email)


@pytest.mark.writes("recuperation:open_refused")
def test_nobody_vouches_for_themselves(place: Structure) -> None:
    """The page knows no such person; whoever calls the service is refused, and the journal tells it."""
    sylvie, now = referent(place), timezone.now()
    told: dict[str, Any] = {"channel": Channel.EMAIL, "recognised": Recognised.VOICE, "now": now}
    outcome = open_recovery(sylvie, sylvie, acteur=builders.acteur(sylvie, place), **told)
    assert outcome == Denied(RECOVERY_OF_ONESELF)
    assert not Recuperation.objects.exists()


def test_an_instructeur_helps_on_a_saturday(nadia: Compte) -> None:
    paul = national("instructeur")
    browser = builders.signed_in(paul)
    found = browser.post("/aide", {"email": "Nadia@mairie.example"})
    assert found["Location"] == f"/aide/{nadia.id}"
    assert browser.post("/aide", {"email": "nobody@mairie.example"}).status_code == 422
    given = {"recognised": "voix", "channel": "email", "code": builders.totp_code(paul)}
    assert browser.post(found["Location"], given).status_code == 200
    assert enter(nadia, recovery_code(nadia.email))[1].status_code == 302
    for role in ("prefecture", "operateur", "organisme", "accueil"):
        assert builders.signed_in(national(role)).get("/aide").status_code == 403


@pytest.mark.writes("recuperation:print")
def test_by_post_the_letter_is_printed_once_by_a_third_person(place: Structure, nadia: Compte) -> None:
    vouch(referent(place), nadia, channel="courrier")
    assert not [one for one in messages_to(nadia.email) if re.search(r"\d{4} \d{4}", one.text)]
    made = Recuperation.objects.get()
    desk = builders.signed_in(national("accueil"))
    assert "Nadia" in text(desk.get("/lettres"))
    letter = text(desk.post(f"/lettres/{made.id}"))
    assert place.street in letter
    code = re.search(r"letter__code\">([\d ]+)<", letter)
    assert code
    assert desk.post(f"/lettres/{made.id}").status_code == 302, "never twice"
    assert enter(nadia, code[1])[1].status_code == 302
    assert builders.signed_in(national("instructeur")).get("/lettres").status_code == 403


@pytest.mark.writes("recuperation:open")
def test_who_vouched_prints_no_letter(nadia: Compte) -> None:
    ines = national("administrateur")
    browser = builders.signed_in(ines)
    given = {"recognised": "voix", "channel": "courrier", "code": builders.totp_code(ines)}
    browser.post(f"/aide/{nadia.id}", given)
    made = Recuperation.objects.get()
    assert browser.post(f"/lettres/{made.id}")["Location"] == "/lettres"
    made.refresh_from_db()
    assert made.printed_at is None


@pytest.mark.writes("recuperation:enter")
def test_a_deactivated_account_is_not_brought_back(place: Structure, nadia: Compte) -> None:
    sylvie = referent(place)
    vouch(sylvie, nadia)
    browser, _ = enter(nadia, recovery_code(nadia.email))
    Compte.objects.filter(pk=nadia.pk).update(is_active=False)
    assert browser.get("/bienvenue")["Location"] == "/connexion"
    assert vouch(sylvie, nadia).status_code == 404
