"""A mandat whose identity was only seen at the desk, from the desk to the claims: it crosses where it is accepted."""

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from mandats.consentement.piece_vue import identify_by_document, typed_identity
from mandats.domain.pieces import LEVEL
from oidc.provider.models import Client, Connexion
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db

TYPED = {
    "family_name": "FÉVRIER",
    "given_name": "Odette Marie",
    "preferred_username": "",
    "birthdate": "1944-10-08",
    "gender": "female",
    "birthplace_label": "Gap (Hautes-Alpes)",
}


def desk() -> flow.Desk:
    """Return an aidant signed in, who holds the mandat of somebody whose document they saw."""
    builders.keys()
    place, now = builders.structure(), timezone.now()
    who = builders.aidant(place)
    made = builders.brouillon(who, place, now=now)
    assert identify_by_document(made.id, "carte_identite", typed_identity(**TYPED), builders.acteur(who, place), now)
    return flow.Desk(place, who, builders.sign_identified(made, who, place, now), builders.signed_in(who))


def test_a_client_that_accepts_it_is_told_how_weak_it_is():
    at, asked = desk(), flow.site(accepts_weak_identity=True)
    answer = flow.tokens_of(at, asked, claims='{"id_token": {"mandat": null}}')
    claims = flow.userinfo(answer["access_token"]).json()
    for told in (claims["mandat"], flow.claims_of(answer["id_token"])["mandat"]):
        assert (told["identity"], told["identity_level"]) == ("piece_vue", LEVEL)
        assert told["reference"] == at.mandat.reference
    assert (claims["given_name"], claims["family_name"]) == ("Odette Marie", "FÉVRIER")
    assert {"birthplace", "birthcountry", "email"}.isdisjoint(claims)


@pytest.mark.parametrize(
    ("profile", "accepts", "status"),
    [("administration", False, 403), ("franceconnect", False, 403), ("franceconnect", True, 409)],
)
def test_it_crosses_nowhere_else_whatever_the_record_of_franceconnect_says(profile, accepts, status):
    at, asked = desk(), flow.site(profile)
    Client.objects.update(accepts_weak_identity=accepts)
    page = flow.choice_page(at.browser, asked)
    chosen = at.autorisation()
    assert str(chosen.id) not in at.browser.get(page).content.decode()
    assert at.browser.post(page, {"autorisation": str(chosen.id)}).status_code == status
    assert not Connexion.objects.exists()
    assert Entree.objects.filter(event="utilisation:refuse").exists()
