"""Every act of somebody signed in says what it asks of the second factor, and asks it (DOMAIN §4)."""

import time
from types import FunctionType, ModuleType
from typing import Any

import pytest
from django.conf import settings as service
from django.test import Client
from django.urls import resolve

from aidants.comptes import second_factor
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte
from aidants.dispositif.models import Quota
from aidants.journal.models import Entree
from deploy.factor_routes import AT_THE_ACT, NOT_ASKED, OF_LATE
from deploy.public_routes import PUBLIC_ROUTES
from tests import builders
from tests.access.table import rows
from tests.aidants.dispositif import scheme
from tests.architecture.all_routes import routes
from tests.mandats.pages_desk import text

_LISTS = {"AT_THE_ACT": AT_THE_ACT, "OF_LATE": OF_LATE, "NOT_ASKED": NOT_ASKED.keys()}
_PATHS = dict(routes())


def _acts() -> set[str]:
    """Return the routes that take a POST from somebody signed in."""
    return {
        route
        for route, lines in rows().items()
        if route not in PUBLIC_ROUTES and any("POST" in line.methods for line in lines)
    }


def test_every_act_stands_in_one_list_and_no_list_names_another() -> None:
    for route in sorted(_acts()):
        found = [name for name, routes_of in _LISTS.items() if route in routes_of]
        assert len(found) == 1, f"{route}: one line in deploy/factor_routes.py, found {found}"
    assert set().union(*_LISTS.values()) == _acts()
    assert all(NOT_ASKED.values())


def _asks(view: Any) -> bool:
    """Tell whether a view, or what it calls on its way, asks for the factor."""
    seen: set[int] = set()
    waiting: list[Any] = [view]
    while waiting:
        found = waiting.pop()
        if found is fresh_factor_given:
            return True
        if not isinstance(found, FunctionType) or id(found) in seen or ".pages" not in found.__module__:
            continue
        seen.add(id(found))
        names = found.__code__.co_names
        known = [found.__globals__.get(name) for name in names]
        if "may_change" in names and any(one is second_factor for one in known if isinstance(one, ModuleType)):
            return True
        waiting += [one for one in known if isinstance(one, FunctionType)]
        waiting += [cell.cell_contents for cell in found.__closure__ or ()]
    return False


def test_what_asks_at_the_act_does_so_and_what_asks_nothing_does_not_pretend_to() -> None:
    for route in sorted(_acts()):
        if route != "aidants:second_factor":
            assert _asks(resolve(_PATHS[route]).func) == (route in AT_THE_ACT), route


def aged(browser: Client, **keys: int) -> Client:
    """Let the factor of a session have been given long ago, with an act just now."""
    session = browser.session
    for name, seconds in ({"second_factor_at": 15 * 60 + 5} | keys).items():
        session[name] = int(time.time()) - seconds
    session.save()
    return browser


@pytest.fixture
def who() -> Compte:
    return scheme.holder("instructeur")


@pytest.mark.django_db
def test_an_old_factor_is_given_again_before_each_act_of_late_and_before_one_that_no_list_names(
    who: Compte, settings: Any
) -> None:
    browser = aged(builders.signed_in(who))
    assert browser.get("/instruction/quotas").status_code == 200
    settings.SETTLED_ROUTES = service.SETTLED_ROUTES - {"aidants:kit_send"}
    before = Entree.objects.count()
    for route in sorted({*OF_LATE, "aidants:kit_send"}):
        assert browser.post(_PATHS[route])["Location"] == "/connexion/code", route
    assert Entree.objects.count() == before
    assert browser.post(_PATHS["aidants:comites"]).status_code == 422


GIVEN = {"where": "d:05", "posts": "12"}


def sent_away(browser: Client, given: dict[str, str] = GIVEN) -> str:
    """Post a quota, be asked for the factor, and return what that page says."""
    answer = browser.post(
        "/instruction/quotas?vue=1", given, headers={"Referer": "http://testserver/instruction/quotas"}
    )
    assert answer["Location"] == "/connexion/code?next=%2Finstruction%2Fquotas"
    assert not Quota.objects.exists()
    return text(browser.get("/connexion/code"))


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [{}, {"last_act_at": 15 * 60 + 5}], ids=["busy", "idle"])
def test_the_act_waits_for_the_factor_and_is_sent_whole(who: Compte, keys: dict[str, int]) -> None:
    browser = aged(builders.signed_in(who), **keys)
    assert "Rien de ce que vous avez saisi n’est perdu" in sent_away(browser)
    assert browser.post("/connexion/code", {"code": "000000"}).status_code == 403
    page = text(browser.post("/connexion/code", builders.factor(who) | {"next": "/instruction/quotas"}))
    assert 'action="/instruction/quotas?vue=1"' in page
    for name, value in GIVEN.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert browser.post("/instruction/quotas?vue=1", GIVEN).status_code == 302
    assert Quota.objects.get().posts == 12
    aged(browser, last_act_at=15 * 60 + 5)
    assert browser.post("/connexion/code", builders.factor(who)).status_code == 302


@pytest.mark.django_db
def test_an_act_waits_half_an_hour_and_only_until_its_owner_goes_elsewhere(who: Compte) -> None:
    browser = aged(builders.signed_in(who))
    sent_away(browser)
    session = browser.session
    session["typed"] = session["typed"] | {"at": int(time.time()) - 31 * 60}
    session.save()
    assert browser.post("/connexion/code", builders.factor(who)).status_code == 302
    sent_away(aged(browser))
    aged(browser, last_act_at=15 * 60 + 5).get("/instruction/comites")
    assert "Êtes-vous toujours là" in text(browser.get("/connexion/code"))
    assert browser.post("/connexion/code", builders.factor(who)).status_code == 302


@pytest.mark.django_db
def test_a_form_of_another_site_is_not_kept(who: Compte) -> None:
    known = aged(builders.signed_in(who))
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = known.cookies
    assert browser.post("/instruction/quotas", GIVEN).status_code == 403
    assert "typed" not in known.session
