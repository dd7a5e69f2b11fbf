"""What FranceConnect asks by `rep_scope`, replayed: none, one, two, none in common, foreign, unknown, revoked."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from aidants.domain.acteur import Acteur, Kind
from mandats.domain.motifs import MotifDeFin
from mandats.registre.services.revoke import revoke_mandat
from tests.oidc import flow

pytestmark = pytest.mark.django_db
LOGEMENT, ARGENT, JUSTICE = "Logement", "Argent-Impots-Consommation", "Justice"


def asking(*values: str) -> str:
    return json.dumps({"id_token": {"rep_scope": {"essential": True, "values": list(values)}}})


def offered(at: flow.Desk, asked: flow.Site, claims: str) -> set[str]:
    """Return the demarches that the page of choice offers."""
    shown = at.browser.get(flow.choice_page(at.browser, asked, claims=claims)).content.decode()
    return {name for name in ("logement", "argent") if str(at.autorisation(name).id) in shown}


def refusal_link(answer: Any) -> str:
    """Return the way back to FranceConnect that a page of refusal shows."""
    found = re.search(r'id="go-back" href="([^"]+)"', answer.content.decode())
    assert found
    return unescape(found[1])


def rep_scope(at: flow.Desk, asked: flow.Site, claims: str) -> list[str]:
    tokens = flow.tokens_of(at, asked, claims=claims)
    assert flow.userinfo(tokens["access_token"]).status_code == 200
    return list(flow.claims_of(tokens["id_token"])["rep_scope"])


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize(
    ("claims", "choices", "told"),
    [
        ('{"id_token":{"rep_scope":{"essential":true}}}', {"logement", "argent"}, [LOGEMENT]),
        (asking(), {"logement", "argent"}, [LOGEMENT]),
        (asking(LOGEMENT), {"logement"}, [LOGEMENT]),
        (asking("logement"), {"logement"}, ["logement"]),
        (asking(LOGEMENT, ARGENT), {"logement", "argent"}, [LOGEMENT]),
        (asking(LOGEMENT, JUSTICE), {"logement"}, [LOGEMENT]),
        (asking(LOGEMENT, "Perimetre-Inconnu"), {"logement"}, [LOGEMENT]),
    ],
    ids=["absent", "none", "one", "one, short", "two", "two, one held", "one unknown"],
)
def test_what_the_mandat_gives_of_what_is_asked_is_told(claims, choices, told):
    at, asked = flow.desk(), flow.site("franceconnect")
    assert offered(at, asked, claims) == choices
    assert rep_scope(at, asked, claims) == told


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize("claims", [asking(JUSTICE), asking("Perimetre-Inconnu")], ids=["none in common", "unknown"])
def test_nothing_in_common_goes_back_as_access_denied(claims):
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked, claims=claims)
    assert "Aucun mandat utilisable" in at.browser.get(page).content.decode()
    for name in ("logement", "argent"):
        answer = at.browser.post(page, {"autorisation": str(at.autorisation(name).id)})
        assert answer.status_code == 403
    back = flow.parameters_of(flow.leave_uri(at.browser.post(page + "/retour")))
    assert (back["error"], back["state"]) == ("access_denied", asked.state)


@pytest.mark.spec("PROTOCOLS", "1")
def test_another_structure_s_perimeter_is_as_unknown_as_none():
    at, elsewhere, asked = flow.desk(), flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked, claims=asking(LOGEMENT))
    foreign = elsewhere.autorisation()
    assert str(foreign.id) not in at.browser.get(page).content.decode()
    assert at.browser.post(page, {"autorisation": str(foreign.id)}).status_code == 404


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize("moment", ["choice", "token", "userinfo"])
def test_what_is_revoked_in_between_is_refused_from_there_on(moment):
    at, asked = flow.desk(), flow.site("franceconnect")
    who = Acteur(Kind.COMPTE, at.aidant.id, at.place.id, "aidant")

    def revoke() -> None:
        now = timezone.now()
        revoke_mandat(at.mandat.id, who, motif=MotifDeFin.REVOCATION, way="aidant", now=now)

    page = flow.choice_page(at.browser, asked, claims=asking(LOGEMENT))
    if moment == "choice":
        revoke()
        answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
        assert answer.status_code == 409
        assert flow.parameters_of(refusal_link(answer))["error"] == "access_denied"
        return
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    code = flow.parameters_of(flow.leave_uri(answer))["code"]
    if moment == "token":
        revoke()
        assert flow.exchange(asked, code).json()["error"] == "invalid_grant"
        return
    token = flow.exchange(asked, code).json()["access_token"]
    revoke()
    assert flow.userinfo(token).status_code == 401
