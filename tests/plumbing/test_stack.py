"""The demonstration as processes, as tests use it."""

import json
import subprocess
import sys
import urllib.request

from aidants.comptes.models import Compte
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
