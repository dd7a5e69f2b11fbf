"""RFC 9207: every answer of the authorization endpoint names its issuer, against mix-up."""

import re
from html import unescape

import pytest
from django.conf import settings

from oidc.provider.models import Interaction
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def told(answer):
    """Return what the answer carries, by whichever way it travels."""
    if answer.status_code == 303:
        return flow.parameters_of(answer["Location"])
    page = answer.content.decode()
    fields = {name: unescape(value) for name, value in _FIELD.findall(page)}
    fields.pop("csrfmiddlewaretoken", None)
    if fields:
        return fields
    found = re.search(r'(?:content="0;url=|id="go-back" href=")([^"]+)"', page)
    assert found, page
    return flow.parameters_of(unescape(found[1]))


@pytest.mark.spec("Attacks", "mix-up")
@pytest.mark.spec("RFC 9207", "2")
@pytest.mark.spec("RFC 9207", "2.1")
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_code_comes_with_the_issuer(mode):
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked, response_mode=mode)
    back = told(at.browser.post(page, {"autorisation": str(at.autorisation().id)}))
    assert (back["iss"], back["state"]) == (settings.ISSUER, asked.state)
    assert back["code"]


@pytest.mark.spec("Attacks", "mix-up")
@pytest.mark.spec("RFC 9207", "2")
@pytest.mark.spec("RFC 9207", "2.2")
@pytest.mark.parametrize("mode", ["query", "form_post"])
@pytest.mark.parametrize("how", ["refused at once", "gone back", "too late", "pushed"])
def test_so_does_an_error_of_whatever_origin(mode, how):
    at, asked = flow.desk(), keyed.keyed_site()
    if how == "refused at once":
        answer = flow.authorize(at.browser, asked, prompt="none", response_mode=mode)
    elif how == "pushed":
        name = keyed.pushed_uri(asked, prompt="none", response_mode=mode)
        answer = keyed.authorize_pushed(at.browser, asked, name)
    else:
        page = flow.choice_page(at.browser, asked, response_mode=mode)
        if how == "too late":
            Interaction.objects.update(expires_at=Interaction.objects.get().created_at)
        answer = at.browser.post(page + "/retour") if how == "gone back" else at.browser.get(page)
    back = told(answer)
    assert (back["iss"], back["state"]) == (settings.ISSUER, asked.state)
    assert back["error"] in ("interaction_required", "access_denied")


@pytest.mark.spec("RFC 9207", "2.3")
@pytest.mark.spec("RFC 9207", "3")
def test_the_metadata_promise_it_and_name_the_very_same_issuer():
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        document = flow.stranger().get(path).json()
        assert document["authorization_response_iss_parameter_supported"] is True
        assert document["issuer"] == settings.ISSUER
