"""Every link that a message carries survives the programs that open it before its reader does (DOMAIN §4)."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from aidants.structures.models import Affectation
from tests import builders
from tests.aidants.mailbox import forget_password, messages_to

pytestmark = pytest.mark.django_db
EMAIL = "zoe@mairie.example"
LINK = re.compile(r"http://\S+#\S+")


def _by_a_referent() -> None:
    boss, place = builders.compte(), builders.structure()
    Affectation.objects.create(compte=boss, structure=place, is_referent=True, started_at=builders.NOW)
    typed = {"given_name": "Zoé", "family_name": "Petit", "profession": "Agente", "roles": ["referent"]}
    desk = builders.signed_in(boss)
    desk.post("/equipe/invitation", typed | {"email": EMAIL, "code": builders.totp_code(boss)})


def _by_oneself(path: str) -> None:
    Client().post(path, {"email": EMAIL})


def _with_an_account() -> None:
    builders.compte(EMAIL)
    forget_password(EMAIL)


MESSAGES = {
    "invitation": _by_a_referent,
    "mot de passe": _with_an_account,
    "dossier": lambda: _by_oneself("/habilitation"),
    "candidature": lambda: _by_oneself("/candidature"),
    "vivier": lambda: _by_oneself("/vivier"),
}


def _spent(path: str, code: str) -> bool:
    """Give the code as its reader does; tell whether it was refused as spent or unknown."""
    who = {"new_password": "girafe marteau violet tempete"}
    if path == "/mot-de-passe/nouveau":
        from aidants.comptes.models import Compte

        who["factor_code"] = builders.totp_code(Compte.objects.get(email=EMAIL))
    return Client().post(path, who | {"code": code}).status_code not in (200, 302)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_scanner_that_opens_a_link_spends_nothing(message: str) -> None:
    MESSAGES[message]()
    (link,) = {found for one in messages_to(EMAIL) for found in LINK.findall(one.text)}
    parts = urlsplit(link)
    code = parts.fragment
    assert parts.query == ""
    assert code not in parts.path
    for agent in ("Mozilla/5.0", "SafeLinks", "curl/8"):
        for method in ("get", "head", "options"):
            answer = getattr(Client(headers={"User-Agent": agent}), method)(parts.path)
            assert code.encode() not in answer.content
    assert not _spent(parts.path, code), "the reader came second, and found the link spent"
    assert _spent(parts.path, code[:-1] + ("a" if code[-1] != "a" else "b"))
