"""How many questions each endpoint asks the database: exact, so that a change is seen.

Signing keys are read again each time here, because a test's transaction is never kept in their cache.
"""

import pytest

from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def test_authorize(query_count):
    at, asked = flow.desk(), flow.site("franceconnect")
    flow.authorize(at.browser, asked)
    with query_count(3):  # session, client, the request kept
        flow.authorize(at.browser, asked)


def test_the_page_of_choice(query_count):
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    at.browser.get(page)
    with query_count(6):  # session, person, device, places, the request, what stands
        at.browser.get(page)


def test_the_choice(query_count):
    at, asked = flow.desk(), flow.site("franceconnect")
    flow.code_of(at, asked)
    page = flow.choice_page(at.browser, asked)
    chosen = {"autorisation": str(at.autorisation().id)}
    with query_count(16):  # three tell the usager: the aidant's name, the message, the avis
        assert at.browser.post(page, chosen).status_code == 200


def test_the_exchange(query_count):
    at, asked = flow.desk(), flow.site()
    flow.tokens_of(at, asked)
    code = flow.code_of(at, asked)
    with query_count(9):  # client; transaction: code, register, redeemed, token, journal; keys
        assert flow.exchange(asked, code).status_code == 200


def test_userinfo(query_count):
    at, asked = flow.desk(), flow.site("franceconnect")
    token = flow.tokens_of(at, asked)["access_token"]
    with query_count(5):  # token and register; transaction: marked, journal
        flow.userinfo(token)
    with query_count(1):  # token and register
        flow.userinfo(token)


def test_introspection(query_count):
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    with query_count(2):  # client; token and register
        flow.introspect(asked, token)


def test_publication(query_count):
    builders.keys()
    flow.stranger().get("/jwks")
    with query_count(1):  # keys
        flow.stranger().get("/jwks")
        flow.stranger().get("/.well-known/openid-configuration")
