"""How many questions each act and page asks the database, where its own tests do not say so already.

The provider's endpoints: tests/oidc/test_queries.py.  Verification: tests/mandats/test_verification_lookups.py and
tests/oidc/test_verification_api.py.  Pages of the conseiller, the usager and the agent: tests/mandats/test_*pages*.py.
Signing keys are read again each time here, because a test's transaction is never kept in their cache.
"""

from typing import Any

import pytest
from django.test import Client

from mandats.registre.coffre import FrozenTexts
from mandats.registre.papers import print_volet, produce_document
from mandats.registre.services.brouillons import freeze, identify
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.sign import sign_mandat
from mandats.registre.services.uses import declare_utilisation
from mandats.registre.services.volet import renew_codes
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db
NOW = builders.NOW


@pytest.fixture
def desk():
    place = builders.structure()
    return place, builders.aidant(place)


@pytest.mark.parametrize(
    "path", ["/sante", "/", "/connexion", "/.well-known/openid-configuration", "/api/v1/openapi.json"]
)
def test_pages_that_ask_nothing(path, query_count):
    with query_count(0):
        assert Client().get(path).status_code == 200


def test_sign_in(desk, query_count):
    _, who = desk
    builders.signed_in(who)
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who)}
    with query_count(25):
        assert Client().post("/connexion", given).status_code == 302


def test_the_structures_of_a_person(desk, query_count):
    browser = builders.signed_in(desk[1])
    with query_count(5):
        assert browser.get("/structures").status_code == 200


def test_from_identity_to_signature(desk, query_count):
    place, who = desk
    builders.keys()
    doer, opened = builders.acteur(who, place), builders.brouillon(who, place)
    with query_count(7):
        assert identify(opened.id, builders.identite(), builders.PREUVE, doer, NOW)
    with query_count(5):
        texts = freeze(opened.id, doer, NOW)
    assert isinstance(texts, FrozenTexts)
    with query_count(8):
        assert builders.consent_by_drawing(opened.id, builders.signature_png(), texts.text_sha256, doer, NOW)
    with query_count(25):
        assert sign_mandat(opened.id, doer, NOW)


def test_a_mandat_that_replaces_another(desk, query_count):
    place, who = desk
    person = builders.identite()
    builders.mandat(who, place, person)
    ready = builders.consented(who, place, person)
    with query_count(28):
        assert sign_mandat(ready.id, builders.acteur(who, place), NOW)


def test_papers_codes_use_and_end_of_a_mandat(desk, query_count):
    place, who = desk
    doer, signed = builders.acteur(who, place), builders.mandat(who, place)
    row = signed.autorisations.get()
    with query_count(12):
        produce_document(signed.id, doer, NOW)
    with query_count(9):
        renew_codes(signed.id, doer, NOW)
    with query_count(20):  # codes made again are told
        print_volet(signed.id, doer, NOW)
    told: dict[str, Any] = {"channel": "telephone", "body": "CAF", "description": "appel", "used_on": NOW.date()}
    with query_count(8):  # three tell the usager
        assert declare_utilisation(row.id, doer, **told, now=NOW)
    with query_count(10):  # four tell the usager
        assert revoke_mandat(signed.id, doer, way="usager", now=NOW)


def test_going_back_without_a_choice(query_count):
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    # Five to know who goes back and from what; four to close the request and write it in the journal at once.
    with query_count(9):
        assert at.browser.post(f"{page}/retour").status_code == 200


def test_ending_a_connexion(query_count):
    at, asked = flow.desk(), flow.site()
    hint = flow.tokens_of(at, asked)["id_token"]
    with query_count(7):
        assert flow.Browser().get("/end_session", {"id_token_hint": hint}).status_code == 200
