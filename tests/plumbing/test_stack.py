"""The demonstration as processes, as tests use it."""

import json
import subprocess
import sys
import urllib.request

import requests

from aidants.comptes.models import Compte
from oidc.provider.models import Client
from tests.stack import LiveStack


def test_all_sites_answer_and_know_each_other(live_stack: LiveStack) -> None:
    sites = live_stack.sites
    for origin in (sites.service, sites.franceconnect, sites.administration):
        with urllib.request.urlopen(f"{origin}/sante", timeout=5) as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{sites.service}/.well-known/openid-configuration", timeout=5) as answer:
        assert json.load(answer)["issuer"] == sites.service


def test_models_reach_the_database_of_the_stack(stack_db: LiveStack) -> None:
    emails = {account["email"] for account in stack_db.sites.state()["accounts"]}
    assert emails
    assert set(Compte.objects.values_list("email", flat=True)) >= emails


def test_a_code_can_be_asked_from_another_terminal(live_stack: LiveStack) -> None:
    account = next(found for found in live_stack.sites.state()["accounts"] if found["role"] == "aidant")
    done = subprocess.run(
        [sys.executable, "manage.py", "demo_otp", account["email"]],
        env=live_stack.sites.service_environment(live_stack.processes.database_url),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().isdigit()


def _authorize(origin: str, *, by_form: bool = False, **parameters: str) -> requests.Response:
    """Ask for a login as the first of the sites that are not FranceConnect, without following."""
    site = Client.objects.filter(profile="administration", requires_par=False).order_by("created_at")[0]
    asked = {
        "client_id": site.client_id,
        "redirect_uri": site.redirect_uris[0],
        "response_type": "code",
        "scope": "openid mandat",
        "code_challenge": "a" * 43,
        "code_challenge_method": "S256",
    } | parameters
    address = f"{origin}/authorize"
    if by_form:
        return requests.post(address, data=asked, timeout=10, allow_redirects=False)
    return requests.get(address, params=asked, timeout=10, allow_redirects=False)


def test_a_request_is_as_long_as_the_server_lets_it_be(stack_db: LiveStack) -> None:
    """What fits in a line is read, by form or not; a longer form meets a page of ours and no address that fails."""
    origin = stack_db.sites.service
    claims = json.dumps({"id_token": {f"{i}": {} for i in range(100, 380)}}, separators=(",", ":"))
    asked = _authorize(origin, claims=claims)
    assert len(claims) < 4096
    assert 6000 < len(asked.request.path_url) < 8000
    assert (asked.status_code, asked.headers["Location"].startswith("/")) == (303, True), asked.text[:200]
    posted = _authorize(origin, by_form=True, claims=claims)
    assert posted.status_code == 303
    again = requests.get(f"{origin}{posted.headers['Location']}", timeout=10, allow_redirects=False)
    assert (again.status_code, again.headers["Location"].startswith("/")) == (303, True)
    longer = _authorize(origin, by_form=True, claims=claims, state="é" * 400)
    assert (longer.status_code, "La demande du site est illisible" in longer.text) == (400, True)
    least = requests.get(f"{origin}/authorize?state={'a' * 8000}", timeout=10, allow_redirects=False)
    assert (least.status_code, "La demande du site est illisible" in least.text) == (400, True)
