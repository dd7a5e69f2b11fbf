"""What the protocol refuses is counted by kind, address and minute; the first of a minute stands in the journal."""

import json
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from aidants.journal.models import Entree, RefusCompte
from aidants.structures.models import Affectation
from oidc.provider.models import Interaction
from tests import builders
from tests.oidc import flow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_minute")]
TYPED = "dubois@example.org"


def told(event: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return who, why and the facts of each entry of an event."""
    rows = Entree.objects.filter(event=event).order_by("id")
    return [(row.acteur_kind, row.reason, json.loads(bytes(row.body))["facts"]) for row in rows]


def counts(event: str) -> dict[str, int]:
    """Return how many refusals of each reason were counted."""
    rows = RefusCompte.objects.filter(kind__startswith=f"{event}/")
    found: dict[str, int] = {}
    for kind, count in rows.values_list("kind", "count"):
        reason = kind.partition("/")[2]
        found[reason] = found.get(reason, 0) + count
    return found


REQUESTS = [
    ({"client_id": TYPED}, "oidc.client_unknown", False),
    ({"redirect_uri": f"https://evil.example/{TYPED}"}, "oidc.redirect_uri_refused", True),
    ({"scope": TYPED}, "oidc.scope_without_openid", True),
    ({"response_type": "token"}, "oidc.response_type_refused", True),
    ({"prompt": "none"}, "oidc.login_required", True),
]


@pytest.mark.writes("connexion:ask_refused")
@pytest.mark.parametrize(("changes", "reason", "known"), REQUESTS)
def test_a_request_refused_before_the_sign_in_is_counted(changes: dict[str, str], reason: str, *, known: bool) -> None:
    asked = flow.site()
    for _ in range(3):
        flow.authorize(flow.stranger(), asked, **changes)
    ((who, why, facts),) = told("connexion:ask_refused")
    assert (who, facts) == ("anonyme", {"client": str(asked.client.id) if known else None, "count": 1})
    assert sum(counts("connexion:ask_refused").values()) == 3
    assert counts("connexion:ask_refused") == {why: 3}
    assert why == reason
    assert not Interaction.objects.exists()
    assert TYPED not in "".join(bytes(body).decode() for body in Entree.objects.values_list("body", flat=True))


@pytest.mark.writes("connexion:ask_refused", "utilisation:refuse")
def test_a_choice_that_may_not_be_repeated_is_counted() -> None:
    at, asked = flow.desk(), flow.site()
    answer = flow.authorize(at.browser, asked, prompt="none")
    assert flow.parameters_of(answer["Location"])["error"] == "interaction_required"
    assert counts("connexion:ask_refused") == {"oidc.interaction_required": 1}
    flow.authorize(flow.stranger(), asked, prompt="none")
    page = flow.choice_page(at.browser, asked)
    assert at.browser.post(page, {"autorisation": "rien"}).status_code == 404


@pytest.mark.writes("connexion:decline")
def test_going_back_without_a_choice_is_an_entry_once() -> None:
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    for _ in range(2):
        assert flow.parameters_of(flow.leave_uri(at.browser.post(page + "/retour")))["error"] == "access_denied"
    entry = Entree.objects.get(event="connexion:decline")
    assert (entry.acteur_id, entry.structure_id) == (at.aidant.id, at.place.id)
    assert told("connexion:decline")[0][2] == {"client": str(asked.client.id)}


@pytest.mark.writes("utilisation:refuse")
def test_a_request_that_cannot_be_answered_any_more_is_an_entry() -> None:
    at, asked = flow.desk(), flow.site()
    page, chosen = flow.choice_page(at.browser, asked), {"autorisation": str(at.autorisation().id)}
    assert at.browser.post(page, chosen).status_code == 200
    assert at.browser.post(page, chosen).status_code == 409
    Interaction.objects.update(answered_at=None, expires_at=timezone.now())
    assert at.browser.get(page).status_code == 410
    Affectation.objects.filter(compte=at.aidant).update(ended_at=timezone.now())
    assert at.browser.get(page).status_code == 403
    assert [(who, why) for who, why, _ in told("utilisation:refuse")] == [
        ("compte", "oidc.interaction_answered"),
        ("compte", "oidc.interaction_expired"),
        ("compte", "structure.not_an_aidant"),
    ]


def test_a_fresh_code_that_is_asked_refuses_nothing() -> None:
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    session = at.browser.session
    session["second_factor_at"] -= 16 * 60
    session.save()
    assert at.browser.get(page)["Location"].startswith("/connexion/code")
    assert told("utilisation:refuse") == []


CALLS = [
    ("GET", "/userinfo", {}, 401, "oidc.token_missing"),
    ("GET", "/userinfo", {"Authorization": "Bearer inconnu"}, 401, "oidc.token_refused"),
    ("GET", f"/userinfo?access_token={TYPED}", {"Authorization": "Bearer x"}, 400, ""),
    ("POST", "/token", {}, 400, ""),
    ("POST", "/introspect", {}, 400, ""),
    ("POST", "/par", {}, 400, ""),
    ("GET", f"/end_session?id_token_hint={TYPED}", {}, 400, ""),
]


@pytest.mark.writes("client:call_refused")
@pytest.mark.parametrize(("method", "path", "headers", "status", "reason"), CALLS)
def test_a_call_that_an_endpoint_refuses_is_counted(
    method: str, path: str, headers: dict[str, str], status: int, reason: str
) -> None:
    for _ in range(2):
        answer = Browser().generic(method, path, b"x", content_type="text/plain", headers=headers)
        assert answer.status_code == status, answer.content
    ((who, why, facts),) = told("client:call_refused")
    assert (who, facts) == ("anonyme", {"endpoint": path.partition("?")[0], "count": 1})
    assert counts("client:call_refused") == {why: 2}
    assert why == reason or not reason


def test_what_a_room_has_told_is_not_counted_twice() -> None:
    at, asked = flow.desk(), flow.site()
    assert flow.exchange(asked, "inconnu").status_code == 400
    assert flow.introspect(flow.Site(asked.client, "faux", ""), "x").status_code == 401
    assert (counts("client:call_refused"), at.place.name != "") == ({}, True)
    assert counts("connexion:refuse") == {"oidc.code_refused": 1}
    assert sum(counts("client:refuse").values()) == 1


@pytest.mark.writes("acces:refuse")
def test_a_page_of_another_role_is_counted_by_person_and_page() -> None:
    who = builders.aidant(builders.structure())
    browser = builders.signed_in(who)
    for path in ("/journal/recherche", "/journal/recherche", "/cartes"):
        assert browser.get(path).status_code == 403
    assert [facts["route"] for _, _, facts in told("acces:refuse")] == ["aidants:journal_search", "aidants:cards"]
    assert counts("acces:refuse") == {"acces.role_missing": 3}
    assert set(Entree.objects.filter(event="acces:refuse").values_list("acteur_id", flat=True)) == {who.id}
