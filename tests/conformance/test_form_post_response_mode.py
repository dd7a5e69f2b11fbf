"""OAuth 2.0 Form Post Response Mode: the answer travels in a form that posts itself."""

import pytest
from django.conf import settings

from tests.oidc import flow

pytestmark = pytest.mark.django_db
SPEC = "Form Post Response Mode"
BACK = "https://site.example/retour?lieu=a&amp=b'c"


@pytest.fixture
def asked():
    """Give a site whose address has a query of its own, which HTML could bend."""
    return flow.site(redirect_uris=[BACK])


@pytest.mark.spec(SPEC, "2")
@pytest.mark.parametrize("state", ['"><script>alert(1)</script>', "a&amp;b=c'd+%20", "é 漢 \u2028 \ufeff", None])
def test_the_answer_goes_by_post_to_the_very_address_and_to_the_letter(asked, state):
    at = flow.desk()
    page = flow.choice_page(at.browser, asked, response_mode="form_post", state=state)
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    action, fields = flow.form_of(answer)
    assert (answer.status_code, action, "Location" in answer) == (200, BACK, False)
    assert {**fields, "code": ""} == {"code": "", "iss": settings.ISSUER, **({"state": state} if state else {})}
    assert flow.exchange(asked, fields["code"]).status_code == 200
    assert fields["code"] not in " ".join(str(value) for _, value in answer.items()), "no header tells it"


@pytest.mark.spec(SPEC, "2")
def test_no_cache_keeps_it_an_error_neither(asked):
    at = flow.desk()
    refused = flow.authorize(at.browser, asked, response_mode="form_post", prompt="none")
    page = flow.choice_page(at.browser, asked, response_mode="form_post")
    chosen = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    declined = at.browser.post(flow.choice_page(at.browser, asked, response_mode="form_post") + "/retour")
    for answer, error in ((refused, "interaction_required"), (chosen, None), (declined, "access_denied")):
        action, fields = flow.form_of(answer)
        assert (action, fields.get("error"), fields["state"]) == (BACK, error, asked.state)
        assert {"no-store", "no-cache"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
