"""One's own account: factors added, renamed and removed, recovery codes, password, sessions."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.oath import hotp, totp
from django_tasks_db.models import DBTaskResult

from aidants.comptes.facteurs.models import CodeDeSecours, Generateur
from aidants.comptes.models import Compte, Lien
from aidants.comptes.sessions.models import SessionOuverte
from aidants.domain.cartes import seed_of
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.mailbox import forget_password, link_code, subjects_to

pytestmark = pytest.mark.django_db
QueryCount = Callable[[int], AbstractContextManager[Any]]
NEW_PASSWORD = "girafe marteau violet tempete"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def who() -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


@pytest.fixture
def browser(who: Compte) -> Client:
    return builders.signed_in(who)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def change(browser: Client, who: Compte, path: str, given: dict[str, str] | None = None) -> Any:
    """Give a fresh code, then make the change."""
    browser.post("/compte/confirmation", {"code": builders.totp_code(who), "next": path})
    return browser.post(path, given or {})


def add_application(browser: Client, who: Compte) -> None:
    page = text(opened(browser, who, "/compte/application"))
    found = re.search(r'class="seed">([A-Z2-7 ]+)<', page)
    assert found
    seed = seed_of(found[1]) or b""
    added = browser.post("/compte/application", {"first_code": f"{totp(seed):06d}", "name": "Tablette"})
    assert added["Location"] == "/compte"


def opened(browser: Client, who: Compte, path: str) -> Any:
    return browser.post("/compte/confirmation", {"code": builders.totp_code(who), "next": path}, follow=True)


def test_the_account_s_page_counts_its_queries(browser: Client, query_count: QueryCount) -> None:
    with query_count(10):
        page = browser.get("/compte")
    assert "Mes moyens de connexion" in text(page)
    assert "Celle-ci" in text(page)


@pytest.mark.writes("compte:factor_refused", "compte:factor_remove")
def test_adding_an_application_then_removing_the_first(browser: Client, who: Compte) -> None:
    first = Generateur.objects.get(user=who)
    key = f"code-{first.pk}"
    assert change(browser, who, f"/compte/moyens/{key}/retrait").status_code == 409, "the last one stays"
    add_application(browser, who)
    mine = Generateur.objects.get(pk=first.pk)
    browser.post("/compte/confirmation", {"code": code_of(mine), "next": "/compte"})
    assert browser.post(f"/compte/moyens/{key}/retrait").status_code == 302
    assert Generateur.objects.filter(user=who).count() == 1
    assert browser.get("/compte")["Location"].startswith("/connexion"), "the session was fixed to what was removed"
    told = subjects_to(who.email)
    assert "Un moyen de connexion a été ajouté à votre compte" in told
    assert "Un moyen de connexion a été retiré de votre compte" in told


def code_of(device: Generateur) -> str:
    Generateur.objects.filter(pk=device.pk).update(last_step=-1)
    return f"{hotp(device.seed, int(time.time()) // 30):06d}"


@pytest.mark.writes("compte:factor_add")
def test_one_change_for_one_fresh_factor(browser: Client, who: Compte) -> None:
    add_application(browser, who)
    assert browser.get("/compte/application")["Location"].startswith("/compte/confirmation")


@pytest.mark.writes("compte:recovery_codes_make")
def test_seeds_and_codes_stand_nowhere_in_clear(browser: Client, who: Compte) -> None:
    page = text(change(browser, who, "/compte/secours"))
    codes = re.findall(r'class="reference">(\d{4} \d{4} \d{4})<', page)
    assert "De nouveaux codes de secours ont été créés" not in subjects_to(who.email), "the first ones replace none"
    kept = [row.digest for row in CodeDeSecours.objects.order_by("id")]
    assert len(codes) == len(kept) == 10
    assert not set(codes) & set(kept)
    device = Generateur.objects.get(user=who)
    assert device.seed not in bytes(device.sealed_seed or b"")
    assert codes[0] not in text(browser.get("/compte")) + text(browser.get("/compte/secours", follow=True))
    assert not any(code.encode() in bytes(row.body) for row in Entree.objects.order_by("id") for code in codes)


@pytest.mark.writes("compte:recovery_codes_make")
def test_codes_that_replace_others_are_told_to_the_person(browser: Client, who: Compte) -> None:
    change(browser, who, "/compte/secours")
    change(browser, who, "/compte/secours")
    assert subjects_to(who.email).count("De nouveaux codes de secours ont été créés") == 1


@pytest.mark.writes("compte:factor_rename")
def test_a_renamed_factor_and_a_hostile_name(browser: Client, who: Compte) -> None:
    path = f"/compte/moyens/code-{Generateur.objects.get(user=who).pk}/nom"
    assert browser.post(path, {"name": "<script>alert(1)</script>"}).status_code == 302
    assert "&lt;script&gt;alert(1)" in text(browser.get("/compte"))
    assert browser.post(path, {"name": "a\r\nb"}).status_code == 422
    assert browser.post(path, {"name": ""}).status_code == 422


def test_somebody_else_s_factor_and_session_are_unknown(browser: Client, who: Compte) -> None:
    other = builders.aidant(builders.structure("Autre", siret="99999920500029"))
    builders.signed_in(other)
    theirs = Generateur.objects.get(user=other)
    assert browser.post(f"/compte/moyens/code-{theirs.pk}/nom", {"name": "x"}).status_code == 404
    assert change(browser, who, f"/compte/moyens/code-{theirs.pk}/retrait").status_code == 404
    row = SessionOuverte.objects.get(compte=other)
    assert browser.post(f"/compte/sessions/{row.public_id}/fermeture").status_code == 404
    assert SessionOuverte.objects.filter(compte=other).exists()


@pytest.mark.writes("compte:sessions_close")
def test_one_session_closed_then_all_the_others(browser: Client, who: Compte) -> None:
    others = [builders.signed_in(who), builders.signed_in(who), builders.signed_in(who)]
    rows = list(SessionOuverte.objects.filter(compte=who).order_by("opened_at", "public_id"))
    assert len(rows) == 4
    target = next(row for row in rows if row.session_key == others[0].session.session_key)
    browser.post(f"/compte/sessions/{target.public_id}/fermeture")
    assert others[0].get("/accueil").status_code == 302
    assert others[1].get("/accueil").status_code == 200
    assert "fermées" in text(browser.post("/compte/sessions/fermeture", follow=True))
    assert {one.get("/accueil").status_code for one in others} == {302}
    assert browser.get("/accueil").status_code == 200


def test_a_session_names_its_device_and_ends_twelve_hours_after_its_opening(who: Compte) -> None:
    browser = Client(headers={"User-Agent": FIREFOX})
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who)}
    answer = browser.post("/connexion", given)
    row = SessionOuverte.objects.get(compte=who)
    assert (row.device, row.factor) == ("Firefox sur Windows", "application")
    assert row.opened_at is not None
    assert (row.expire_date - row.opened_at).total_seconds() == 12 * 3600
    assert answer.cookies["mandats_session"]["max-age"] <= 12 * 3600
    session = browser.session
    session["opened_at"] -= 11 * 3600
    session["last_act_at"] -= 60
    session.save()
    browser.get("/accueil")
    row.refresh_from_db()
    assert (row.expire_date - timezone.now()).total_seconds() < 3601, "an act moves no end"
    session = browser.session
    session["opened_at"] -= 3600
    session.save()
    assert browser.get("/accueil")["Location"].startswith("/connexion")


def test_a_new_browser_is_told_and_a_known_one_is_not(who: Compte) -> None:
    first = builders.signed_in(who)
    subject = "Une connexion depuis un nouvel appareil"
    assert subject not in subjects_to(who.email), "the very first is no news"
    first.post("/deconnexion")
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who)}
    first.post("/connexion", given)
    assert subject not in subjects_to(who.email)
    builders.signed_in(who)
    assert subjects_to(who.email).count(subject) == 1


@pytest.mark.parametrize(
    "password",
    [
        "court",
        "motdepasse1234",
        "azertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "camille@example.org",
        "camille martin org",
        "Martin.Camille-2026",
        "bonjourbonjour",
    ],
)
def test_a_password_that_is_guessed_is_refused(browser: Client, who: Compte, password: str) -> None:
    answer = change(browser, who, "/compte/mot-de-passe", {"new_password": password})
    assert answer.status_code == 422
    assert f'value="{password}"' not in text(answer)


@pytest.mark.writes("compte:telephone_change")
def test_a_professional_telephone_is_kept_in_one_form_after_a_fresh_factor(browser: Client, who: Compte) -> None:
    path = "/compte/telephone"
    assert browser.get(path)["Location"].startswith("/compte/confirmation")
    assert browser.post(path, {"telephone": "0492001122"})["Location"].startswith("/compte/confirmation")
    wrong = change(browser, who, path, {"telephone": "12"})
    assert wrong.status_code == 422
    assert 'value="12"' in text(wrong)
    assert browser.post(path, {"telephone": "04.92.00.11.22"})["Location"] == "/compte"
    assert Compte.objects.get(pk=who.pk).telephone == "+33492001122"
    assert "+33492001122" in text(browser.get("/compte"))
    assert change(browser, who, path, {"telephone": ""})["Location"] == "/compte"
    assert Compte.objects.get(pk=who.pk).telephone == ""
    entries = Entree.objects.filter(event="compte:telephone_change", subject_id=who.pk).order_by("id")
    assert [b'"given":true' in bytes(one.body) for one in entries] == [True, False]
    assert not any(b"492001122" in bytes(one.body) for one in Entree.objects.all())


@pytest.mark.writes("compte:password_change")
def test_a_changed_password_closes_the_other_sessions(browser: Client, who: Compte) -> None:
    other = builders.signed_in(who)
    assert change(browser, who, "/compte/mot-de-passe", {"new_password": NEW_PASSWORD}).status_code == 302
    assert browser.get("/compte").status_code == 200
    assert other.get("/compte").status_code == 302
    assert "Votre mot de passe a changé" in subjects_to(who.email)


def test_a_forgotten_password_wants_the_second_factor_too(who: Compte) -> None:
    old = builders.signed_in(who)
    page, unknown = forget_password("Camille@Example.org"), forget_password("nobody@example.org")
    assert page.status_code == unknown.status_code == 200
    assert len(page.content) == len(unknown.content)
    code = link_code(who.email)
    for _ in range(3):
        Client().get("/mot-de-passe/nouveau")
    given = {"code": code, "new_password": NEW_PASSWORD}
    assert Client().post("/mot-de-passe/nouveau", given | {"factor_code": "000000"}).status_code == 403
    assert Client().post("/mot-de-passe/nouveau", given | {"new_password": "motdepasse1234"}).status_code == 422
    right = given | {"factor_code": builders.totp_code(who)}
    assert Client().post("/mot-de-passe/nouveau", right | {"code": "a" * 20}).status_code == 403
    assert Client().post("/mot-de-passe/nouveau", right)["Location"] == "/connexion"
    assert Client().post("/mot-de-passe/nouveau", right | {"factor_code": builders.totp_code(who)}).status_code == 403
    assert old.get("/accueil").status_code == 302
    signed = Client().post(
        "/connexion", {"email": who.email, "password": NEW_PASSWORD, "code": builders.totp_code(who)}
    )
    assert signed.status_code == 302


def test_asking_costs_the_same_for_everybody(who: Compte) -> None:
    """The worker looks for the account; what waits for it names nobody."""
    asked = []
    for email in (who.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as seen:
            assert Client().post("/mot-de-passe/oublie", {"email": email}).status_code == 200
        asked.append([re.sub(r"\d", "", one["sql"])[:40] for one in seen.captured_queries])
    assert asked[0] == asked[1]
    assert DBTaskResult.objects.count() == 2
    assert who.email not in str(DBTaskResult.objects.values_list("args_kwargs", flat=True))


@pytest.mark.writes("compte:password_forgotten")
def test_links_do_not_fill_a_mailbox_and_one_always_serves(who: Compte) -> None:
    for _ in range(5):
        forget_password(who.email)
    assert subjects_to(who.email) == ["Choisir un nouveau mot de passe"]
    for _ in range(8):
        Lien.objects.update(created_at=F("created_at") - timedelta(minutes=3))
        forget_password(who.email)
    assert len(subjects_to(who.email)) == 5, "after five in a day, one an hour"
    Lien.objects.update(
        created_at=F("created_at") - timedelta(hours=1), expires_at=F("expires_at") - timedelta(hours=1)
    )
    forget_password(who.email)
    assert len(subjects_to(who.email)) == 6, "when the last one is over, there is another"


@pytest.mark.writes("compte:password_forgotten", "compte:password_change")
def test_a_link_that_somebody_else_asked_for_kills_none(who: Compte) -> None:
    forget_password(who.email)
    first = link_code(who.email)
    Lien.objects.update(created_at=F("created_at") - timedelta(minutes=3))
    forget_password(who.email)
    second = link_code(who.email)
    assert first != second
    given = {"new_password": NEW_PASSWORD, "factor_code": builders.totp_code(who)}
    assert Client().post("/mot-de-passe/nouveau", given | {"code": first}).status_code == 302
    given["factor_code"] = builders.totp_code(who)
    assert Client().post("/mot-de-passe/nouveau", given | {"code": second}).status_code == 403, "one serves, all die"


@pytest.mark.writes("compte:link_refused")
def test_a_network_that_asks_again_and_again_waits_and_others_do_not(who: Compte, settings: Any) -> None:
    settings.LIMITS_FACTOR = 0.1
    statuses = [Client().post("/mot-de-passe/oublie", {"email": f"{name}@example.org"}) for name in "abc"]
    assert [one.status_code for one in statuses] == [200, 200, 429]
    assert "Trop d’essais" in statuses[-1].content.decode()
    assert forget_password(who.email, REMOTE_ADDR="192.0.2.44").status_code == 200
    assert subjects_to(who.email) == ["Choisir un nouveau mot de passe"]


def test_ten_wrong_codes_are_told_and_slow_down_without_locking(browser: Client, who: Compte) -> None:
    statuses = []
    for _ in range(14):
        statuses.append(browser.post("/connexion/code", {"code": "000000"}).status_code)
        Compte.objects.filter(pk=who.pk).update(code_failed_at=timezone.now() - timedelta(hours=1))
    assert set(statuses) == {403}
    assert subjects_to(who.email).count("Quelqu’un essaie des codes sur votre compte") == 1
    assert browser.post("/connexion/code", {"code": "000000"}).status_code == 403
    assert browser.post("/connexion/code", {"code": builders.totp_code(who)}).status_code == 429
    Compte.objects.filter(pk=who.pk).update(code_failed_at=timezone.now() - timedelta(minutes=15))
    assert browser.post("/connexion/code", {"code": builders.totp_code(who)}).status_code == 302
    who.refresh_from_db()
    assert who.code_failures == 0


def test_a_session_made_before_by_another_is_not_taken_over(who: Compte) -> None:
    planted = Client()
    planted.get("/connexion")
    session = planted.session
    session["enrolment"] = {"compte": str(who.id), "why": "recuperation", "seed": "", "until": int(time.time()) + 600}
    session.save()
    assert planted.get("/bienvenue")["Location"] == "/connexion", "without a recovery that was entered, nothing opens"
    assert SESSION_KEY not in planted.session
