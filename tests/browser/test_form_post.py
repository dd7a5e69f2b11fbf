"""An answer that travels in a form: the page posts itself, or its button does where scripts are off."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.browser.conseiller import Conseiller
from tests.browser.visitor import DESK, Visitor, Way
from tests.oidc import flow
from tests.oidc.listening import Listening, listening
from tests.stack import LiveStack

pytestmark = pytest.mark.parametrize("way", [DESK], ids=str)


def site_at(server: Listening) -> flow.Site:
    """Register a site that listens there."""
    back = server.address("/retour").replace("127.0.0.1", "localhost")
    return flow.site(name="Site à formulaire", redirect_uris=[back])


def asks(at: Visitor, stack: LiveStack, server: Listening) -> flow.Site:
    """Open the bridge as a site that wants its answer in a form."""
    site = site_at(server)
    at.open(f"{stack.sites.service}/authorize?{urlencode(site.request(response_mode='form_post'))}")
    return site


def came(server: Listening) -> dict[str, list[str]]:
    """Return the one form that the site received."""
    forms = [form for path, kind, form in server.received if path == "/retour" and kind.endswith("urlencoded")]
    assert len(forms) == 1, server.received
    return forms[0]


def test_the_page_posts_the_code_by_itself(conseiller: Conseiller, stack: LiveStack) -> None:
    conseiller.has_concluded("logement", usager="martin-sophie")
    with listening() as server:
        site = asks(conseiller.visitor, stack, server)
        conseiller.types_credentials()
        conseiller.picks("Sophie Martin", "Logement", site.client.name)
        conseiller.visitor.page.wait_for_url("**/retour")
        form = came(server)
    assert form["state"] == [site.state]
    assert form["iss"] == [stack.sites.service]
    assert len(form["code"][0]) >= 43
    assert "code" not in conseiller.visitor.page.url


def test_going_back_posts_the_refusal(conseiller: Conseiller, stack: LiveStack) -> None:
    with listening() as server:
        site = asks(conseiller.visitor, stack, server)
        conseiller.types_credentials()
        conseiller.visitor.see("Pour qui agissez-vous")
        conseiller.visitor.press("Retourner sur")
        conseiller.visitor.page.wait_for_url("**/retour")
        form = came(server)
    assert (form["error"], form["state"]) == (["access_denied"], [site.state])


def test_without_scripts_a_button_sends_it(chromium: Browser, stack: LiveStack, way: Way) -> None:
    window = chromium.new_context(
        java_script_enabled=False, locale="fr-FR", viewport={"width": way.width, "height": 800}
    )
    page = window.new_page()
    with listening() as server:
        site = site_at(server)
        query = urlencode(site.request(response_mode="form_post", prompt="none"))
        page.goto(f"{stack.sites.service}/authorize?{query}")
        page.get_by_role("button", name="Continuer").click()
        page.wait_for_url("**/retour")
        form = came(server)
    window.close()
    assert (form["error"], form["state"]) == (["login_required"], [site.state])
