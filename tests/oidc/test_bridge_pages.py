"""The bridge as a conseiller with many usagers lives it: search, perimeter, warnings, ways back, mishaps on the way."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from mandats.registre.models import Autorisation, Utilisation
from oidc.provider.models import Connexion, Interaction
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db
MANY = 10_000


def _copied(row: Any, count: int, **changes: str) -> None:
    """Copy a row by one statement, ``n`` from 0 on; a column that differs is an expression of ``n`` in SQL."""
    columns = [field.column for field in row._meta.concrete_fields]
    chosen = [f"{changes.get(column, f'one.{column}')} AS {column}" for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(chosen)}"
            f" FROM {row._meta.db_table} one, generate_series(0, %s) n WHERE one.id = %s",
            [count - 1, row.pk],
        )


def crowd(at: flow.Desk, count: int = MANY) -> None:
    """Give the structure that many usagers more, each with a mandat like the desk's, of another aidant, a week old."""
    first, other = at.mandat, builders.aidant(at.place)
    given = list(first.autorisations.order_by("demarche"))
    family = "upper(chr(97 + mod(n, 26)) || chr(97 + mod(n / 26, 26)) || lpad(n::text, 5, '0'))"
    name = "upper(chr(97 + mod(n * 7, 26))) || 'nne'"
    usager, mandat = "md5('usager' || n)::uuid", "md5('mandat' || n)::uuid"
    _copied(
        first.usager,
        count,
        id=usager,
        family_name=family,
        given_name=name,
        folded_family_given=f"lower({family} || ' ' || {name})",
        folded_given_family=f"lower({name} || ' ' || {family})",
        sub_digest="lpad(to_hex(n), 64, '0')",
        email="'u' || n || '@example.org'",
    )
    week_ago = {column: f"one.{column} - interval '7 days'" for column in ("accepted_at", "consented_at")}
    own = {"reference": "'COPY-' || n", "aidant_id": f"'{other.id}'::uuid"}
    _copied(first, count, id=mandat, usager_id=usager, **own, **week_ago)
    for rank, row in enumerate(given):
        place = {"status_list": "1", "status_index": f"{len(given)} * n + {rank}"}
        _copied(row, count, id="gen_random_uuid()", mandat_id=mandat, usager_id=usager, **place)


def content(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.reaches("POST oidc:choice")
def test_among_ten_thousand_usagers_two_letters_find_one(query_count):
    at, asked = flow.desk(), flow.site("franceconnect")
    crowd(at)
    claims = json.dumps({"id_token": {"rep_scope": {"values": ["Logement"]}}})
    page = flow.choice_page(at.browser, asked, claims=claims)
    with query_count(6):
        whole = content(at.browser.get(page))
    assert whole.count('type="radio"') == 20, "never a list of thousands"
    assert len(whole) < 60_000
    assert whole.index("DUBOIS") < whole.index("AA0"), "who signed at this desk today comes first"
    with query_count(7):  # one more than without a search: what the structure offers
        found = content(at.browser.post(page, {"q": "zx"}))
    assert 10 <= found.count('type="radio"') <= 20
    assert "Page suivante" not in found
    assert "ZX" in found
    assert "DUBOIS" not in found
    assert "Argent" not in found, "only what stands for the perimeter asked"
    with query_count(7):
        both = content(at.browser.post(page, {"q": "du an"}))
    assert both.index("DUBOIS") < both.index('type="submit"', both.index("DUBOIS"))
    assert 'method="get"' not in found, "no name stands in an address, which others keep"
    assert "DUBOIS" in content(at.browser.get(page, {"q": "zx"}))
    target = Autorisation.objects.get(usager__family_name="DUBOIS", demarche="logement")
    with query_count(19):  # three more than later: this site's first name for this usager
        answer = at.browser.post(page, {"autorisation": str(target.id)})
    assert "code=" in flow.leave_uri(answer)


def test_the_page_says_who_asks_for_what_and_warns_before_argent():
    at, asked = flow.desk(demarches=("logement", "argent")), flow.site(name="Caisse très longue " * 8)
    page = content(at.browser.get(flow.choice_page(at.browser, asked)))
    assert page.count(asked.client.name) >= 3, "who asks, where the choice leads, where the way back leads"
    row = page[page.index(str(at.autorisation("argent").id)) :]
    assert "surendettement" in row[: row.index("</label>")]
    housing = page[page.index(str(at.autorisation("logement").id)) :]
    assert "surendettement" not in housing[: housing.index("</label>")]


def goes_back(browser, shown: str) -> str:
    """Take the way back that a page shows; return where the browser leaves for."""
    found = flow.re.search(r'<form method="post" action="([^"]+/retour)">', shown)
    assert found, shown
    return flow.leave_uri(browser.post(flow.unescape(found[1])))


@pytest.mark.parametrize("step", ["sign-in", "wrong sign-in", "fresh code", "choice", "refused choice"])
def test_each_step_leads_back_to_franceconnect(step):
    at, asked = flow.desk(), flow.site("franceconnect")
    browser = flow.Browser() if "sign-in" in step else at.browser
    page = flow.choice_page(browser, asked)
    if step == "sign-in":
        target = goes_back(browser, content(browser.get(browser.get(page)["Location"])))
    elif step == "wrong sign-in":
        answer = browser.post("/connexion", {"email": "x@example.org", "password": "x", "code": "000000", "next": page})
        target = goes_back(browser, answer.content.decode())
    elif step == "fresh code":
        target = goes_back(browser, content(browser.get("/connexion/code?" + urlencode({"next": page}))))
    elif step == "choice":
        target = goes_back(browser, content(browser.get(page)))
    else:
        answer = browser.post(page, {"autorisation": str(uuid.uuid4())})
        found = flow.re.search(r'id="go-back" href="([^"]+)"', answer.content.decode())
        assert found
        target = flow.unescape(found[1])
    told = flow.parameters_of(target)
    assert target.startswith(flow.FC_CALLBACK)
    assert (told["error"], told["state"]) == ("access_denied", asked.state)


def test_the_way_back_is_for_the_browser_that_came_and_once_answered_for_nobody():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    assert flow.Browser().post(page + "/retour").status_code == 404
    assert "attend votre réponse" not in content(flow.Browser().get("/connexion?" + urlencode({"next": page})))
    assert "attend votre réponse" in content(at.browser.get("/connexion/code?" + urlencode({"next": page})))
    at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert "attend votre réponse" not in content(at.browser.get("/connexion/code?" + urlencode({"next": page})))


def test_two_tabs_each_keep_their_own_request():
    at, here, there = flow.desk(), flow.site(), flow.site(redirect_uris=["https://autre.example/retour"])
    first_tab, second_tab = flow.choice_page(at.browser, here), flow.choice_page(at.browser, there)
    assert first_tab != second_tab
    chosen = {"autorisation": str(at.autorisation().id)}
    second = flow.leave_uri(at.browser.post(second_tab, chosen))
    first = flow.leave_uri(at.browser.post(first_tab, chosen))
    assert first.startswith("https://site.example/")
    assert second.startswith("https://autre.example/")
    assert flow.parameters_of(first)["state"] == here.state
    assert flow.parameters_of(second)["state"] == there.state
    assert Connexion.objects.count() == Utilisation.objects.count() == 2


def test_back_button_after_the_choice_shows_a_way_on_and_uses_nothing():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200
    again = at.browser.get(page)
    assert again.status_code == 409
    assert 'id="go-back"' in again.content.decode()
    assert "no-store" in again["Cache-Control"], "the page of before is not kept either"
    assert Utilisation.objects.count() == 1


def test_looking_at_the_way_back_ends_nothing():
    """A page fetched ahead, a scanner, an address opened again: only a post closes the request."""
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    assert [at.browser.get(page + "/retour").status_code, at.browser.head(page + "/retour").status_code] == [405, 405]
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200


@pytest.mark.reaches("POST oidc:go_back")
def test_going_back_then_choosing_in_the_other_tab_gives_nothing():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    at.browser.post(page + "/retour")
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 409
    assert not Connexion.objects.exists()


@pytest.mark.parametrize("profile", ["administration", "franceconnect"])
def test_a_second_factor_that_expires_in_the_middle_is_asked_and_the_request_found_again(profile):
    at, asked = flow.desk(), flow.site(profile)
    page = flow.choice_page(at.browser, asked)
    assert at.browser.get(page).status_code == 200
    session = at.browser.session
    for name in ("second_factor_at", "last_act_at"):
        if name in session:
            session[name] -= 16 * 60
    session.save()
    chosen = {"autorisation": str(at.autorisation().id)}
    interrupted = at.browser.post(page, chosen, headers={"Referer": f"http://testserver{page}"})
    assert interrupted["Location"] == "/connexion/code?" + urlencode({"next": page})
    assert not Connexion.objects.exists()
    asking = content(at.browser.get(interrupted["Location"]))
    assert "attend votre réponse" in asking
    assert "Rien ne s’est passé depuis un quart d’heure" in asking
    answer = at.browser.post("/connexion/code", {"code": builders.totp_code(at.aidant), "next": page})
    assert answer["Location"] == page
    assert "DUBOIS" in content(at.browser.get(page))
    assert "code=" in flow.leave_uri(at.browser.post(page, chosen))
    assert Interaction.objects.get().answered_at is not None
