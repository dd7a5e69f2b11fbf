"""The authorization endpoint and the page of choice, through HTTP."""

import json
from datetime import timedelta
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.registre.models import Avis, Mandat, Utilisation
from oidc.provider.models import Client, Connexion, Interaction
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "nobody"}, "oidc.client_unknown"),
        ({"client_id": "nobody\x00"}, "oidc.client_unknown"),
        ({"client_id": None}, "oidc.client_unknown"),
        ({"redirect_uri": "https://evil.example/"}, "oidc.redirect_uri_refused"),
        ({"redirect_uri": None}, "oidc.redirect_uri_refused"),
        ({"redirect_uri": ["https://site.example/retour"] * 2}, "oidc.request_unreadable"),
        ({"scope": "x" * 20000}, "oidc.request_unreadable"),
    ],
)
def test_who_cannot_be_trusted_is_never_sent_anything(changes, code):
    answer = flow.authorize(flow.stranger(), flow.site(), **changes)
    assert answer.status_code == 400
    assert "Location" not in answer
    assert code in answer.content.decode()
    assert not Interaction.objects.exists()


@pytest.mark.spec("RFC 9207", "2")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://a.example"}, "request_uri_not_supported"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"claims": "{"}, "invalid_request"),
    ],
)
def test_other_refusals_go_back_with_state_and_issuer(changes, error):
    asked = flow.site()
    answer = flow.authorize(flow.stranger(), asked, **changes)
    assert answer.status_code == 303
    told = flow.parameters_of(answer["Location"])
    assert answer["Location"].startswith(asked.redirect_uri + "?")
    assert (told["error"], told["state"], told["iss"]) == (error, asked.state, settings.ISSUER)
    assert told["error_description"].isascii()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.spec("RFC 6749", "4.1.2.1")
@pytest.mark.parametrize("state", ["%C3%A9t%C3%A9%20%2B%26%3D", "%FF%FE", "a%00b", "%2525", "%0D%0ASet-Cookie:x"])
def test_state_comes_back_byte_for_byte(state):
    asked = flow.site()
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.request(state=None, prompt="none").items())
    answer = flow.stranger().get(f"/authorize?{query}&state={state}")
    sent = dict(part.split("=", 1) for part in urlsplit(answer["Location"]).query.split("&"))
    assert unquote_to_bytes(sent["state"]) == unquote_to_bytes(state)


def test_a_repeated_state_goes_back_in_none_of_its_forms():
    answer = flow.authorize(flow.stranger(), flow.site(), state=["a", "b"])
    told = flow.parameters_of(answer["Location"])
    assert told["error"] == "invalid_request"
    assert "state" not in told


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_a_post_becomes_the_get_that_it_stands_for():
    asked = flow.site()
    body = urlencode(asked.request())
    answer = flow.Browser(enforce_csrf_checks=True).post(
        "/authorize", body, content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer["Location"]) == (303, f"/authorize?{body}")


def test_who_is_not_signed_in_signs_in_and_finds_the_request_again():
    at, asked = flow.desk(), flow.site()
    browser = flow.Browser()
    page = flow.choice_page(browser, asked)
    answer = browser.get(page)
    assert answer["Location"] == "/connexion?" + urlencode({"next": page})
    who = {"email": at.aidant.email, "password": builders.PASSWORD, "code": builders.totp_code(at.aidant)}
    answer = browser.post(answer["Location"], {**who, "next": page})
    assert answer["Location"] == page
    assert at.mandat.usager.full_name in browser.get(page).content.decode()


def test_prompt_login_signs_out_who_was_signed_in():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked, prompt="login")
    assert at.browser.get(page)["Location"].startswith("/connexion?")
    who = {"email": at.aidant.email, "password": builders.PASSWORD, "code": builders.totp_code(at.aidant)}
    assert at.browser.post("/connexion", {**who, "next": page})["Location"] == page
    assert at.browser.get(page).status_code == 200


def test_prompt_none_of_a_signed_in_aidant_needs_the_choice():
    at, asked = flow.desk(), flow.site()
    answer = flow.authorize(at.browser, asked, prompt="none")
    assert flow.parameters_of(answer["Location"])["error"] == "interaction_required"


def test_franceconnect_is_met_by_a_fresh_code_and_asks_one_after_15_minutes():
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    assert at.browser.get(page).status_code == 200
    session = at.browser.session
    session["second_factor_at"] -= 16 * 60
    session.save()
    page = flow.choice_page(at.browser, asked)
    answer = at.browser.get(page)
    assert answer["Location"] == "/connexion/code?" + urlencode({"next": page})
    asking = at.browser.get(answer["Location"]).content.decode()
    assert f"{asked.client.name} demande un code récent" in asking
    assert "Rien ne s’est passé" not in asking, "they worked all the while"
    answer = at.browser.post("/connexion/code", {"code": builders.totp_code(at.aidant), "next": page})
    assert answer["Location"] == page
    assert at.browser.get(page).status_code == 200


def test_max_age_is_measured_at_the_request():
    at, asked = flow.desk(), flow.site()
    assert at.browser.get(flow.choice_page(at.browser, asked, max_age="3600")).status_code == 200
    session = at.browser.session
    session["second_factor_at"] -= 3601
    session.save()
    assert at.browser.get(flow.choice_page(at.browser, asked, max_age="3600"))["Location"].startswith("/connexion?")


def test_the_page_says_who_asks_and_lists_what_stands():
    at, asked = flow.desk(demarches=("logement", "argent", "justice")), flow.site("franceconnect")
    claims = json.dumps({"id_token": {"rep_scope": {"values": ["Logement", "Argent-Impots-Consommation"]}}})
    content = at.browser.get(flow.choice_page(at.browser, asked, claims=claims)).content.decode()
    assert "FranceConnect" in content
    assert str(at.autorisation("logement").id) in content
    assert str(at.autorisation("argent").id) in content
    assert str(at.autorisation("justice").id) not in content
    assert "surendettement" in content
    assert "/retour" in content


@pytest.mark.parametrize(("query", "found"), [("dub", True), ("DÜBOIS", True), ("ang", True), ("ubois", False)])
def test_usagers_are_searched_on_the_server(query, found):
    at, asked = flow.desk(), flow.site()
    content = at.browser.post(flow.choice_page(at.browser, asked), {"q": query}).content.decode()
    assert (str(at.autorisation().id) in content) is found


def test_when_nothing_stands_the_page_says_so_and_shows_the_way_back():
    at, asked = flow.desk(), flow.site("franceconnect")
    claims = json.dumps({"id_token": {"rep_scope": {"values": ["Justice"]}}})
    page = flow.choice_page(at.browser, asked, claims=claims)
    assert "Aucun mandat utilisable" in at.browser.get(page).content.decode()
    told = flow.parameters_of(flow.leave_uri(at.browser.post(page + "/retour")))
    assert (told["error"], told["state"]) == ("access_denied", asked.state)
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 409


def test_an_usager_without_an_address_does_not_cross_to_franceconnect():
    person = builders.identite(email="")
    place = builders.structure()
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, person, now=timezone.now())
    at = flow.Desk(place, who, mandat, builders.signed_in(who))
    page = flow.choice_page(at.browser, flow.site("franceconnect"))
    assert str(at.autorisation().id) not in at.browser.get(page).content.decode()
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 409
    assert "adresse électronique" in answer.content.decode()


def test_a_person_without_the_role_is_told_and_may_go_back():
    at, asked = flow.desk(), flow.site()
    Affectation.objects.filter(compte=at.aidant).update(is_aidant=False, is_referent=True)
    content = at.browser.get(flow.choice_page(at.browser, asked)).content.decode()
    assert "habilitée comme aidant" in content
    assert 'role="search"' not in content, "nobody is to be found by who may use no mandat"
    Affectation.objects.filter(compte=at.aidant).update(ended_at=timezone.now())
    answer = at.browser.get(flow.choice_page(at.browser, asked))
    assert answer.status_code == 403
    assert "error=access_denied" in answer.content.decode()


@pytest.mark.spec("Attacks", "another aidant's interaction")
def test_another_session_does_not_know_the_request():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    other = builders.signed_in(builders.aidant(at.place))
    assert other.get(page).status_code == 404
    assert other.post(page + "/retour").status_code == 404
    assert other.post(page, {"q": ""}).status_code == 404
    assert other.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 404


def test_the_choice_leaves_by_itself_without_a_redirect():
    at, asked = flow.desk(), flow.site()
    answer = at.browser.post(flow.choice_page(at.browser, asked), {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 200
    assert "Location" not in answer
    told = flow.parameters_of(flow.leave_uri(answer))
    assert (told["state"], told["iss"]) == (asked.state, settings.ISSUER)
    assert len(told["code"]) >= 43
    assert "form-action 'self'" in answer["Content-Security-Policy"]
    use = Utilisation.objects.get()
    assert (use.channel, use.body, use.client_id) == ("bridge", asked.client.name, asked.client.id)


@pytest.mark.parametrize(
    ("pressed", "kept", "told"),
    [
        ({"manner": "avec"}, "avec", "avec vous"),
        ({"manner": "place"}, "place", "à votre place"),
        ({"manner": "autre"}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_button_that_leaves_says_how_the_use_is_made(pressed, kept, told):
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    shown = at.browser.get(page).content.decode()
    assert all(f'name="manner" value="{value}"' in shown for value in ("avec", "place"))
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id), **pressed}).status_code == 200
    assert Utilisation.objects.get().manner == kept
    assert told in Avis.objects.get(kind="utilisation").texte
    entry = Entree.objects.get(event="utilisation:bridge")
    assert f'"manner":"{kept}"' in bytes(entry.body).decode()


def test_a_second_click_gets_a_clear_page_and_no_second_code():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    chosen = {"autorisation": str(at.autorisation().id)}
    assert at.browser.post(page, chosen).status_code == 200
    again = at.browser.post(page, chosen)
    assert again.status_code == 409
    assert "déjà répondu" in again.content.decode()
    assert at.browser.get(page).status_code == 409
    assert Connexion.objects.count() == Utilisation.objects.count() == 1


def test_after_30_minutes_the_request_is_over():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    Interaction.objects.update(expires_at=timezone.now())
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 410
    assert "error=access_denied" in answer.content.decode()


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_choice_is_refused_and_may_be_made_again(chosen):
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    assert at.browser.post(page, {"autorisation": chosen}).status_code == 404
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200


@pytest.mark.spec("Attacks", "a foreign structure's usager")
def test_a_foreign_mandat_is_as_unknown_as_none():
    at, asked = flow.desk(), flow.site()
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    foreign = builders.mandat(builders.aidant(elsewhere), elsewhere, now=timezone.now())
    page = flow.choice_page(at.browser, asked)
    theirs = foreign.autorisations.get().id
    assert str(theirs) not in at.browser.get(page).content.decode()
    assert at.browser.post(page, {"autorisation": str(theirs)}).status_code == 404


def test_a_demarche_beyond_what_is_asked_is_refused():
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    assert at.browser.post(page, {"autorisation": str(at.autorisation("argent").id)}).status_code == 403


def test_a_weak_identity_goes_only_where_it_is_accepted():
    at, asked = flow.desk(), flow.site()
    Mandat.objects.update(identity="piece_vue")
    page = flow.choice_page(at.browser, asked)
    chosen = {"autorisation": str(at.autorisation().id)}
    assert at.browser.post(page, chosen).status_code == 403
    Client.objects.update(accepts_weak_identity=True)
    assert at.browser.post(page, chosen).status_code == 200


def test_a_mandat_revoked_before_the_choice_is_refused_and_journaled():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    Mandat.objects.update(ended_at=timezone.now(), motif="revocation")
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 409
    entry = Entree.objects.order_by("-id")[0]
    assert (entry.event, entry.reason) == ("utilisation:refuse", "mandat.autorisation_ended")
    assert (entry.subject_id, entry.acteur_id) == (at.mandat.id, at.aidant.id)
    assert not Connexion.objects.exists()


def test_pairwise_subjects_differ_by_sector_and_never_change():
    at = flow.desk()
    here, there = flow.site(), flow.site(redirect_uris=["https://autre.example/retour"])
    first = flow.claims_of(flow.tokens_of(at, here)["id_token"])
    second = flow.claims_of(flow.tokens_of(at, there)["id_token"])
    again = flow.claims_of(flow.tokens_of(at, here)["id_token"])
    assert first["sub"] == again["sub"] != second["sub"]
    assert first["act"]["sub"] == again["act"]["sub"] != second["act"]["sub"]


@pytest.mark.spec("OIDC Core", "5.5.1")
def test_a_client_may_want_one_usager_and_no_other():
    at, asked = flow.desk(), flow.site()
    other = builders.mandat(at.aidant, at.place, builders.identite(family_name="MOREL"), now=timezone.now())
    sub = flow.claims_of(flow.tokens_of(at, asked)["id_token"])["sub"]
    page = flow.choice_page(at.browser, asked, claims=json.dumps({"id_token": {"sub": {"value": sub}}}))
    content = at.browser.get(page).content.decode()
    assert "DUBOIS" in content
    assert "MOREL" not in content
    assert at.browser.post(page, {"autorisation": str(other.autorisations.get().id)}).status_code == 403
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200
    page = flow.choice_page(at.browser, asked, claims=json.dumps({"userinfo": {"sub": {"value": "nobody"}}}))
    assert "Aucun mandat utilisable" in at.browser.get(page).content.decode()
    for nobody in ('{"value": 1}', '{"values": []}'):
        answer = flow.authorize(at.browser, asked, claims=f'{{"id_token": {{"sub": {nobody}}}}}')
        assert flow.parameters_of(answer["Location"])["error"] == "invalid_request"


def test_a_code_lives_60_seconds():
    at, asked = flow.desk(), flow.site()
    flow.code_of(at, asked)
    row = Connexion.objects.get()
    assert row.expires_at - row.created_at == timedelta(seconds=60)


def test_a_long_list_is_read_page_by_page():
    at, asked = flow.desk(), flow.site()
    for _ in range(15):
        builders.mandat(at.aidant, at.place, now=timezone.now(), demarches=("logement", "argent"))
    page = flow.choice_page(at.browser, asked)
    for asked_page in ("1", "2", "0", "-1", "x", "9" * 30, "²"):
        shown = at.browser.post(page, {"q": "", "page": asked_page}).content.decode()
        on_second = asked_page == "2"
        assert shown.count('type="radio"') == (12 if on_second else 20), asked_page
        assert ("Page précédente" in shown, "Page suivante" in shown) == (on_second, not on_second), asked_page
